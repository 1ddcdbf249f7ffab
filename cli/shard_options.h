// SPDX-License-Identifier: Apache-2.0
// Work on hubs that outgrow one machine or its disk: the options of those commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "manifest/shard.h"

namespace CLI {
class Option;
}

namespace onnxhub {

/// --shard I/N
CLI::Option* add_shard_option(CLI::App& command, std::optional<Shard>& shard);

/// --max-disk SIZE
CLI::Option* add_max_disk_option(CLI::App& command, std::optional<std::uint64_t>& bytes);

/// Throws UserError unless the files, whose shards these are, make a whole: of one count,
/// each number once.
void require_all_shards(const std::vector<std::string>& files, const std::vector<Shard>& shards);

}  // namespace onnxhub
