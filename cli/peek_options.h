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
    std::optional<PeekDepth> depth;  ///< absent: nothing is read from servers
    std::optional<std::uint64_t> max_transfer_bytes;
    unsigned connections = 32;
    bool is_dry = false;
};

/// --peek, --max-transfer, --connections
void add_peek_options(CLI::App& command, PeekArguments& arguments);
/// --max-transfer and --connections, for commands that always read by ranges.
void add_transfer_options(CLI::App& command, PeekArguments& arguments);
/// --dry-run, for commands with add_peek_options() that read many models.
void add_dry_run_option(CLI::App& command, PeekArguments& arguments);

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
