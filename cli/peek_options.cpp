// SPDX-License-Identifier: Apache-2.0
#include "cli/peek_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/environment.h"
#include "base/quantity.h"
#include "base/user_error.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "generator/generation_peek.h"
#include "hosting/client/user_config.h"

namespace onnxhub {

namespace {

void add_transfer_options(CLI::App& command, PeekArguments& arguments, CLI::Option* needed) {
    CLI::Option* max_transfer =
        command
            .add_option("--max-transfer", arguments.max_transfer_bytes,
                        "Read no more than this from servers in all: 50MiB, 2GB")
            ->type_name("SIZE")
            ->transform(CLI::AsSizeValue(false));
    CLI::Option* connections =
        command
            .add_option("--connections", arguments.connections,
                        "Use up to N connections, 1 to 256 (default: 32), and 8 to one host with "
                        "HTTP/1.1")
            ->type_name("N")
            ->check(CLI::Range(1u, 256u));
    if (!needed) return;
    max_transfer->needs(needed);
    connections->needs(needed);
}

/// A flag takes a value only after '=', so that `--peek DIR` has no value.
CLI::Option* add_peek_flag(CLI::App& command, PeekArguments& arguments) {
    return command
        .add_flag("--peek", arguments.depth_text,
                  "Read the graphs of models that are not available locally from servers, without "
                  "their weights; with --peek=opset only their opsets")
        ->check([](const std::string& depth) {
            const bool is_known = depth == "true" || depth == "graph" || depth == "opset";
            return is_known ? "" : "\"" + depth + "\" is not one of graph, opset";
        });
}

void print_failures(const Streams& streams, const PeekSummary& summary) {
    Diagnostics diagnostics;
    report_failures(summary, diagnostics);
    print(streams, diagnostics);
}

}  // namespace

void add_peek_options(CLI::App& command, PeekArguments& arguments) {
    add_transfer_options(command, arguments, add_peek_flag(command, arguments));
}

CLI::Option* add_graph_peek_options(CLI::App& command, PeekArguments& arguments) {
    CLI::Option* peek =
        command
            .add_flag("--peek", arguments.depth_text,
                      "Read the graphs of models that are not available locally from servers, "
                      "without their weights")
            ->check([](const std::string& depth) {
                const bool is_whole = depth == "true" || depth == "graph";
                return is_whole ? "" : "this command needs whole graphs; use --peek";
            });
    add_transfer_options(command, arguments, peek);
    return peek;
}

void add_peek_options_with_dry_run(CLI::App& command, PeekArguments& arguments) {
    CLI::Option* peek = add_peek_flag(command, arguments);
    add_transfer_options(command, arguments, peek);
    command
        .add_flag("--dry-run", arguments.is_dry,
                  "Only print how many requests and bytes --peek is expected to take")
        ->needs(peek);
}

void add_peek_flag_for_one_file(CLI::App& command, PeekArguments& arguments) {
    add_peek_flag(command, arguments);
    add_transfer_options(command, arguments, nullptr);
}

std::optional<PeekDepth> peek_depth(const PeekArguments& arguments) {
    if (arguments.depth_text.empty()) return std::nullopt;
    return arguments.depth_text == "opset" ? PeekDepth::opset : PeekDepth::graph;
}

std::optional<PeekRequest> peek_request(const PeekArguments& arguments) {
    const auto depth = peek_depth(arguments);
    if (!depth) return std::nullopt;
    const UserConfig config = read_user_config(process_environment);
    PeekRequest request;
    request.depth = *depth;
    request.connections = arguments.connections;
    request.max_transfer_bytes = arguments.max_transfer_bytes;
    request.is_dry = arguments.is_dry;
    request.http.policy = address_policy_of(config);
    request.http.user_agent = "onnxhub/" ONNXHUB_VERSION;
    request.http.is_stopped = is_interrupted;
    if (const auto state = default_state_folder(process_environment)) {
        request.cache_folder = *state / "graphs";
    }
    request.hugging_face = config.endpoints.hugging_face;
    return request;
}

std::string peek_text(const PeekSummary& summary) {
    const std::string cached =
        summary.cached > 0 ? fmt::format(" ({} from the cache)", summary.cached) : "";
    return fmt::format("{}{}, {} request{}, {}", model_count(summary.models), cached,
                       summary.requests, summary.requests == 1 ? "" : "s",
                       human_bytes(summary.bytes));
}

void print_peeked(const Streams& streams, const PeekSummary& summary) {
    note(streams, "graphs read from servers: " + peek_text(summary));
    print_failures(streams, summary);
}

void require_all_peeked(const PeekSummary& summary) {
    if (summary.failures.empty()) return;
    throw UserError(
        fmt::format("the graphs of {} were not read, so they were not checked; see the "
                    "reasons above, or leave out --peek",
                    model_count(summary.failures.size())));
}

void print_peek_estimate(const Streams& streams, const PeekSummary& estimate) {
    print_failures(streams, estimate);
    write_lines(streams,
                fmt::format("{} to read from servers: about {} requests and {}; {} in the cache\n",
                            model_count(estimate.models), estimate.requests,
                            human_bytes(estimate.bytes), estimate.cached));
}

}  // namespace onnxhub
