// SPDX-License-Identifier: Apache-2.0
// `onnxhub inspect`: show what is inside a model file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/inspect_source.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/model_report.h"
#include "cli/report_output.h"
#include "generator/content_facts.h"
#include "model/graph_describer.h"
#include "model/graph_document.h"
#include "model/graph_drawing.h"
#include "model/model_checker.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"
#include "validator/model_rules.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct InspectArguments {
    std::string file;
    std::optional<std::string> graph;  ///< format of --graph
    bool json = false;
    bool ports_only = false;
    bool rehash = false;
    bool check = false;
    std::vector<std::string> tensors;
    PeekArguments peek;
};

/// A misspelled name is an error. Otherwise it would look like a tensor of unknown shape.
void check_tensors(const ModelGraph& graph, const InspectArguments& arguments) {
    if (graph.absent_tensors.empty()) return;
    throw UserError(
        fmt::format("{}: has no tensor \"{}\"; use the name of an input, an initializer or a "
                    "node's output in the main graph",
                    printable(arguments.file),
                    printable(fmt::format("{}", fmt::join(graph.absent_tensors, "\", \"")))));
}

ModelGraph read_graph(const ByteSource& content, const InspectArguments& arguments) {
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    auto result = read_model_graph(content, inference.get(), arguments.tensors);
    if (const auto* error = std::get_if<SkeletonError>(&result)) {
        throw UserError(fmt::format("{}: {} (at byte {}); name a valid ONNX model",
                                    printable(arguments.file), error->reason, error->offset));
    }
    auto graph = std::get<ModelGraph>(std::move(result));
    check_tensors(graph, arguments);
    return graph;
}

/// The same warnings as `generate` reports for this model.
void warn(const InspectArguments& arguments, const ModelGraph& graph, const Streams& streams) {
    std::vector<std::string> warnings = graph.repeated_inputs;
    warnings.insert(warnings.end(), graph.contradictions.begin(), graph.contradictions.end());
    if (graph.has_invalid_names) {
        warnings.push_back("a name in the graph is not UTF-8; U+FFFD replaces the invalid bytes");
    }
    if (graph.has_contradictory_ports) {
        warnings.push_back("its ports are contradictory, so manifests leave them out");
    }
    for (const std::string& warning : warnings) {
        note(streams,
             fmt::format("warning: {}: {}", printable(arguments.file), printable(warning)));
    }
}

/// Reports what the rules of `validate` find in the model by itself.
ExitCode run_check(const ByteSource& content, const InspectArguments& arguments,
                   const Streams& streams) {
    const auto checker = isolated_model_checker(std::make_shared<OnnxWorkers>());
    const ValidationReport report = report_on_model(arguments.file, content, checker.get());
    ReportOutput output;
    if (arguments.json) output.format = ReportFormat::json;
    write_report(report, output, streams);
    return fails(report, Severity::error) ? ExitCode::findings : ExitCode::done;
}

ExitCode print_pointer(const ContentFacts& facts, const InspectArguments& arguments,
                       const Streams& streams) {
    const std::string name = fs::path(arguments.file).filename().string();
    if (arguments.check || arguments.ports_only || arguments.graph || !arguments.tensors.empty()) {
        throw UserError(
            fmt::format("{}: is a Git LFS pointer, its content of {} is not available locally; use "
                        "--peek, or run git lfs pull --include \"{}\"",
                        printable(arguments.file), human_bytes(facts.size_bytes), name));
    }
    if (arguments.json) {
        write_json(streams, pointer_json(arguments.file, facts) + "\n");
    } else {
        write_lines(streams, pointer_text(arguments.file, facts));
    }
    note(streams, fmt::format("to see what is inside, use --peek, or run git lfs pull --include "
                              "\"{}\"",
                              name));
    return ExitCode::done;
}

/// Programs that show Mermaid in pages refuse large drawings without a reason.
void note_size_of_mermaid(const GraphDescription& description, const std::string& text,
                          const InspectArguments& arguments, const Streams& streams) {
    const std::size_t edges = drawn_edges(description);
    if (edges <= mermaid_edge_limit && text.size() <= mermaid_text_limit) return;
    note(streams, fmt::format("{}: the drawing has {} edges and {} bytes, and Mermaid draws at "
                              "most {} edges and {} bytes by default; use --graph dot",
                              printable(arguments.file), edges, text.size(), mermaid_edge_limit,
                              mermaid_text_limit));
}

ExitCode print_graph(const ByteSource& content, const InspectArguments& arguments,
                     const Streams& streams) {
    const auto described = describe_graph(content);
    if (const auto* error = std::get_if<SkeletonError>(&described)) {
        throw UserError(fmt::format("{}: {} (at byte {}); name a valid ONNX model",
                                    printable(arguments.file), error->reason, error->offset));
    }
    const auto& description = std::get<GraphDescription>(described);
    const std::string left_out = left_out_text(description);
    if (!left_out.empty()) note(streams, printable(arguments.file) + ": " + left_out);
    if (arguments.graph == "json") {
        write_json(streams, graph_json(description));
    } else if (arguments.graph == "dot") {
        write_result(streams, graph_dot(description));
    } else {
        const std::string text = graph_mermaid(description);
        write_result(streams, text);
        note_size_of_mermaid(description, text, arguments, streams);
    }
    return ExitCode::done;
}

ExitCode print_opsets(const ByteSource& content, const InspectArguments& arguments,
                      const Streams& streams) {
    const auto read = read_model_opsets(content);
    if (const auto* error = std::get_if<SkeletonError>(&read)) {
        throw UserError(printable(arguments.file) + ": " + error->reason);
    }
    const auto& opsets = std::get<ModelOpsets>(read);
    if (arguments.json) {
        write_json(streams, opsets_json(arguments.file, opsets) + "\n");
    } else {
        write_lines(streams, opsets_text(arguments.file, opsets));
    }
    return ExitCode::done;
}

ExitCode print_model(const InspectedModel& model, const InspectArguments& arguments,
                     const Streams& streams) {
    const ModelReport report{arguments.file, model.content->size_bytes(), model.facts,
                             read_graph(*model.content, arguments), model.remote};
    warn(arguments, report.graph, streams);
    if (const auto& failure = report.graph.inference_failure; failure && failure->crashed) {
        note(streams, fmt::format("warning: {}: shape inference failed on this model: {}; "
                                  "ports are shown as declared",
                                  printable(arguments.file), failure->reason));
    }
    if (arguments.json) {
        write_json(streams, report_json(report, arguments.ports_only) + "\n");
    } else {
        write_lines(streams, report_text(report, arguments.ports_only));
    }
    return ExitCode::done;
}

ExitCode run_inspect(const InspectArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HubPrinter printer(streams);
    const bool needs_digest = !arguments.ports_only && !arguments.check && !arguments.graph;
    const InspectionRequest request{arguments.file, needs_digest, arguments.rehash, arguments.peek};
    const InspectedModel model = open_inspected(request, printer.progress(), printer);
    printer.progress().finish();
    if (!model.content) return print_pointer(*model.facts, arguments, streams);
    if (model.remote && !model.remote->is_bound) note(streams, not_verified);
    if (model.remote && peek_depth(arguments.peek) == PeekDepth::opset) {
        return print_opsets(*model.content, arguments, streams);
    }
    if (arguments.graph) return print_graph(*model.content, arguments, streams);
    if (arguments.check) return run_check(*model.content, arguments, streams);
    return print_model(model, arguments, streams);
}

}  // namespace

void add_inspect_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<InspectArguments>();
    CLI::App* command = app.add_subcommand("inspect", "Show what is inside a model file");
    command
        ->add_option("FILE", arguments->file,
                     "Path or URL of an .onnx file; of a URL, only the parts that describe the "
                     "model are read")
        ->required()
        ->type_name("");
    auto* json = command->add_flag("--json", arguments->json, "Print JSON");
    auto* check = command->add_flag(
        "--check", arguments->check,
        "Check the model by the rules of ONNX's operators, and report what is wrong");
    auto* ports = command->add_flag("--ports", arguments->ports_only,
                                    "Show only inputs and outputs; do not hash the file");
    ports->excludes(check);
    command
        ->add_option("--graph", arguments->graph,
                     "Print the nodes and how they are connected, without weights; dot is the "
                     "language of Graphviz")
        ->type_name("dot|json|mermaid")
        ->check(CLI::IsMember({"dot", "json", "mermaid"}))
        ->excludes(json)
        ->excludes(check)
        ->excludes(ports);
    command
        ->add_option("--tensor", arguments->tensors,
                     "Also show the shape of this tensor of the main graph. May be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->excludes(check)
        ->excludes("--graph");
    add_peek_flag_for_one_file(*command, arguments->peek);
    command->add_flag("--rehash", arguments->rehash,
                      "Hash the file again, even if git's index says it is unchanged");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return run_inspect(*arguments, streams); };
    });
}

}  // namespace onnxhub
