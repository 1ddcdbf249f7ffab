// SPDX-License-Identifier: Apache-2.0
// Options of the commands that read graphs from servers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "remote/hub_peek.h"

namespace onnxhub {

struct PeekArguments {
    std::string depth_text = {};  ///< "true", "graph" or "opset"; "": nothing is read from servers
    std::optional<std::uint64_t> max_transfer_bytes = {};
    unsigned connections = 32;
    bool is_dry = false;
};

/// --peek, and --max-transfer and --connections, which need it.
void add_peek_options(CLI::App& command, PeekArguments& arguments);
/// The same for a command that needs whole graphs. Returns --peek.
CLI::Option* add_graph_peek_options(CLI::App& command, PeekArguments& arguments);
/// The same as the first and --dry-run, for commands that read many models.
void add_peek_options_with_dry_run(CLI::App& command, PeekArguments& arguments);
/// The same options for a command that also reads URLs, without --peek.
void add_peek_flag_for_one_file(CLI::App& command, PeekArguments& arguments);

/// Nothing without --peek.
std::optional<PeekDepth> peek_depth(const PeekArguments& arguments);

/// With the user's policy for addresses and folders; nothing without --peek.
std::optional<PeekRequest> peek_request(const PeekArguments& arguments);

/// "12 models (3 from the cache), 340 requests, 1.2 MiB".
std::string peek_text(const PeekSummary& summary);
/// What was read, and of which models nothing could be read.
void print_peeked(const Streams& streams, const PeekSummary& summary);
/// Throws UserError if some graphs could not be read: then not everything was checked.
void require_all_peeked(const PeekSummary& summary);
/// What --dry-run expects.
void print_peek_estimate(const Streams& streams, const PeekSummary& estimate);

}  // namespace onnxhub
