// SPDX-License-Identifier: Apache-2.0
#include "generator/model_versions.h"

#include <optional>
#include <utility>

#include "generator/model_description.h"
#include "manifest/onnx_release.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

/// The oldest IR version. Stands for an unknown one, since every release can read it.
constexpr std::int64_t first_ir_version = 1;

Diagnostic error_at(const ModelRow& row, const char* rule, std::string message, std::string hint) {
    return {Severity::error, rule, row.source_file, row.line, std::move(message), std::move(hint)};
}

/// " of PATH", unless the message begins with this path anyway.
std::string of_model(const ModelRow& row) {
    return row.source_file == row.model_path ? "" : " of " + row.model_path;
}

std::optional<std::int64_t> ir_version_of(const ModelRow& row, const ModelGraph* graph) {
    if (graph) return graph->ir_version;
    return row.stated ? row.stated->ir_version : std::nullopt;
}

std::variant<ModelVersions, Diagnostic> with_release(const ModelRow& row, std::int64_t opset,
                                                     std::optional<std::int64_t> ir_version) {
    const auto release = oldest_release_for(ir_version.value_or(first_ir_version), opset);
    if (release) return ModelVersions{std::string(release->version), opset};
    return error_at(row, rule_id::model_too_new,
                    "no known ONNX release has " +
                        (ir_version ? "IR version " + std::to_string(*ir_version) + " and " : "") +
                        "opset " + std::to_string(opset),
                    "state its onnx_version in [[override]] of " + std::string(settings_file_name));
}

}  // namespace

std::variant<ModelVersions, Diagnostic> resolve_versions(const ModelRow& row,
                                                         const ModelGraph* graph,
                                                         const Entry* carried) {
    const auto imported = graph ? default_opset(*graph) : std::nullopt;
    std::int64_t opset = row.opset_version;
    if (states_opset(row)) {
        if (imported && *imported != opset) {
            return error_at(row, rule_id::graph_opset_differs,
                            other_opset(row.model_path, *imported, opset),
                            "state the opset of the model; until then its entry stays as it is");
        }
    } else if (graph) {
        if (!imported) {
            return error_at(row, rule_id::model_no_opset,
                            row.model_path + " imports no opset of the default domain",
                            "exclude it, or export it again with a default-domain opset");
        }
        opset = *imported;
    } else if (carried) {
        opset = carried->opset_version;
    } else {
        return error_at(row, rule_id::opset_unknown,
                        "nothing states the opset" + of_model(row) +
                            ", and its content is not available locally",
                        "fetch it with --fetch, or state the opset in a source or [[override]]");
    }
    if (!row.onnx_version.empty()) return ModelVersions{row.onnx_version, opset};
    // An earlier entry knew the graph.
    const auto ir_version = ir_version_of(row, graph);
    if (!ir_version && carried && carried->opset_version == opset &&
        !carried->onnx_version.empty()) {
        return ModelVersions{carried->onnx_version, opset};
    }
    return with_release(row, opset, ir_version);
}

Diagnostics contradicted_facts(const ModelRow& row, const ModelGraph& graph) {
    Diagnostics diagnostics;
    const auto stated = row.stated ? row.stated->ir_version : std::nullopt;
    if (stated && *stated != graph.ir_version) {
        diagnostics.report({Severity::warning, rule_id::stated_ir_differs, row.source_file,
                            row.line,
                            row.model_path + " has IR version " + std::to_string(graph.ir_version) +
                                ", not " + std::to_string(*stated),
                            "correct the stated IR version"});
    }
    return diagnostics;
}

}  // namespace onnxhub
