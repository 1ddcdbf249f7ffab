// SPDX-License-Identifier: Apache-2.0
// Options for hubs that are too large for one machine or its disk.
#pragma once

#include <cstdint>
#include <optional>

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

}  // namespace onnxhub
