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

void add_transfer_options(CLI::App& command, PeekArguments& arguments) {
    command
        .add_option("--max-transfer", arguments.max_transfer_bytes,
                    "Read no more than this from servers in all: 50MiB, 2GB")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(false));
    command
        .add_option("--connections", arguments.connections,
                    "Use up to N connections, 1 to 256 (default: 32), and 8 to one host with "
                    "HTTP/1.1")
        ->type_name("N")
        ->check(CLI::Range(1u, 256u));
}

void add_peek_options(CLI::App& command, PeekArguments& arguments) {
    const auto set_depth = [&arguments](const CLI::results_t& values) {
        const std::string& depth = values.back();
        if (depth != "true" && depth != "graph" && depth != "opset") {
            throw CLI::ValidationError("--peek", "\"" + depth + "\" is not one of graph, opset");
        }
        arguments.depth = depth == "opset" ? PeekDepth::opset : PeekDepth::graph;
        return true;
    };
    command
        .add_option("--peek", set_depth,
                    "Read the graphs of models that are not available locally from servers, "
                    "without their weights; with --peek=opset only their opsets")
        ->type_name("[=opset]")
        ->expected(0, 1)
        ->default_str("graph");
    add_transfer_options(command, arguments);
}

void add_dry_run_option(CLI::App& command, PeekArguments& arguments) {
    command.add_flag("--dry-run", arguments.is_dry,
                     "With --peek: only print how many requests and bytes are expected");
}

std::optional<PeekRequest> peek_request(const PeekArguments& arguments) {
    if (!arguments.depth) return std::nullopt;
    const UserConfig config = read_user_config(process_environment);
    PeekRequest request;
    request.depth = *arguments.depth;
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
    Diagnostics diagnostics;
    report_failures(summary, diagnostics);
    print(streams, diagnostics);
}

void require_all_peeked(const PeekSummary& summary) {
    if (summary.failures.empty()) return;
    throw UserError(
        fmt::format("the graphs of {} were not read, so they were not checked; see the "
                    "reasons above, or leave out --peek",
                    model_count(summary.failures.size())));
}

void print_peek_estimate(const Streams& streams, const PeekSummary& estimate) {
    write_lines(streams,
                fmt::format("{} to read from servers: about {} requests and {}; {} in the cache\n",
                            model_count(estimate.models), estimate.requests,
                            human_bytes(estimate.bytes), estimate.cached));
}

}  // namespace onnxhub
