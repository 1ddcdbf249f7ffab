// SPDX-License-Identifier: Apache-2.0
// Files in which several machines or runs leave their results for `merge`.
#pragma once

#include <string>
#include <vector>

#include "manifest/json.h"
#include "manifest/shard.h"

namespace onnxhub {

struct PartFile {
    std::string name;  ///< as the user gave it
    JsonValue document;
};

/// Throws UserError when the file cannot be read or is not JSON.
PartFile read_part_file(const std::string& name);

/// Throws UserError for a file that is not what `merge` reads: one clause with the reason.
[[noreturn]] void refuse_part_file(const std::string& name, const std::string& reason);

/// Throws UserError unless the shards of `files` have the same count and each number occurs once.
void require_all_shards(const std::vector<PartFile>& files, const std::vector<Shard>& shards);

}  // namespace onnxhub
