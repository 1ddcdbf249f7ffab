// SPDX-License-Identifier: Apache-2.0
#include "generator/graph_reading.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "model/model_opsets.h"

namespace onnxhub {
namespace {

void report_graph_trouble(const std::string& path, const ModelGraph& graph,
                          Diagnostics& diagnostics) {
    if (graph.inference_failure && graph.inference_failure->crashed) {
        diagnostics.report(
            {Severity::warning, rule_id::inference_crashed, path, 0,
             "shape inference failed on this model: " + graph.inference_failure->reason,
             "its ports are written as the model declares them"});
    }
    for (const std::string& repeated : graph.repeated_inputs) {
        diagnostics.report({Severity::warning, rule_id::graph_name_repeated, path, 0, repeated,
                            "its entry gets no io_ports; repair the model's export"});
    }
    for (const std::string& contradiction : graph.contradictions) {
        diagnostics.report({Severity::warning, rule_id::model_contradictory, path, 0, contradiction,
                            graph.has_contradictory_ports
                                ? "its entry gets no io_ports; repair the model's export"
                                : "repair the model's export"});
    }
    if (graph.has_invalid_names) {
        diagnostics.report({Severity::warning, rule_id::port_name_not_utf8, path, 0,
                            "a name in the graph is not UTF-8",
                            "export the model again with valid names; while a port's is not, its "
                            "entry gets no io_ports"});
    }
    if (graph.is_cut_at_depth) {
        diagnostics.report({Severity::warning, rule_id::graph_too_deep, path, 0,
                            "subgraphs are nested deeper than protobuf reads",
                            "no runtime will load this model; flatten it"});
    }
}

/// Null when they cannot be read, which is reported by who read them from the server.
std::shared_ptr<const ModelGraph> opsets_alone(const ByteSource& source) {
    auto read = read_model_opsets(source);
    auto* opsets = std::get_if<ModelOpsets>(&read);
    if (!opsets) return nullptr;
    auto graph = std::make_shared<ModelGraph>();
    graph->ir_version = opsets->ir_version;
    graph->opsets = std::move(opsets->versions);
    graph->first_domain = std::move(opsets->first_domain);
    return graph;
}

}  // namespace

GraphReading read_graph(const ContentTable& table, const std::string& path,
                        const std::vector<std::string>& tensors, ShapeInference* inference) {
    GraphReading reading;
    try {
        auto source = table.open(path);
        if (!source) {
            source = table.open_peeked(path);
            reading.is_peeked = source != nullptr;
        }
        if (!source) return reading;
        if (reading.is_peeked && table.peeked_depth() == PeekDepth::opset) {
            reading.opsets = opsets_alone(*source);
            return reading;
        }
        reading.bytes_here = true;
        auto result = read_model_graph(*source, inference, tensors);
        if (const auto* error = std::get_if<SkeletonError>(&result)) {
            reading.diagnostics.report(
                {Severity::error, rule_id::model_unreadable, path, 0,
                 error->reason + " (at byte " + std::to_string(error->offset) + ")",
                 "replace it with a valid ONNX model"});
            return reading;
        }
        reading.graph = std::make_shared<const ModelGraph>(std::get<ModelGraph>(std::move(result)));
        report_graph_trouble(path, *reading.graph, reading.diagnostics);
    } catch (const WorkerUnavailable&) {
        throw;  // the file is not the cause
    } catch (const UserError& error) {
        reading.diagnostics.report({Severity::error, rule_id::file_unreadable, path, 0,
                                    reason_without_file(error, path), ""});
    }
    return reading;
}

}  // namespace onnxhub
