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

Diagnostic note_at(const ModelRow& row, const char* rule, std::string message, std::string hint) {
    Diagnostic note = error_at(row, rule, std::move(message), std::move(hint));
    note.severity = Severity::note;
    return note;
}

/// `opset` of another domain says nothing about the release.
std::optional<OnnxRelease> oldest_release(const ModelOpset& opset,
                                          std::optional<std::int64_t> ir_version) {
    return oldest_release_for(ir_version.value_or(first_ir_version),
                              opset.domain.empty() ? opset.version : 0);
}

void note_too_new(const ModelRow& row, const ModelOpset& opset,
                  std::optional<std::int64_t> ir_version, Diagnostics& notes) {
    notes.report(note_at(
        row, rule_id::model_too_new,
        "no known ONNX release has " +
            (ir_version ? "IR version " + std::to_string(*ir_version) + " and " : "") + "opset " +
            std::to_string(opset.version) + of_model(row) +
            ", so its entry has the newest known release, " + std::string(newest_release().version),
        "update onnxhub, or state its onnx_version"));
}

ModelVersions with_release(const ModelRow& row, const ModelOpset& opset,
                           std::optional<std::int64_t> ir_version) {
    ModelVersions versions;
    versions.opset_version = opset.version;
    const auto release = oldest_release(opset, ir_version);
    versions.onnx_version = release ? release->version : newest_release().version;
    if (!release) note_too_new(row, opset, ir_version, versions.notes);
    return versions;
}

Diagnostic no_opset(const ModelRow& row) {
    return error_at(row, rule_id::model_no_opset, row.model_path + " imports no valid opset",
                    "exclude it, or export it again with an opset");
}

/// The notes of an entry whose opset is that of the graph.
void note_other_domain(const ModelRow& row, const ModelOpset& opset, Diagnostics& notes) {
    if (opset.domain.empty()) return;
    notes.report(note_at(row, rule_id::model_other_domain,
                         row.model_path + " does not import ai.onnx, so its entry has opset " +
                             std::to_string(opset.version) + " of " + opset.domain,
                         "no action is needed; metadata.opsets lists all domains"));
}

}  // namespace

std::variant<ModelVersions, Diagnostic> resolve_versions(const ModelRow& row,
                                                         const ModelGraph* graph,
                                                         const Entry* carried) {
    const auto imported = graph ? main_opset(*graph) : std::nullopt;
    ModelOpset opset{"", row.opset_version};
    if (imported) opset.domain = imported->domain;
    if (states_opset(row)) {
        if (imported && imported->version != opset.version) {
            Diagnostic differs =
                error_at(row, rule_id::graph_opset_differs,
                         other_opset(row.model_path, *imported, opset.version),
                         "state the opset of the model; until then its entry stays as it is");
            differs.cell = row.cells.opset;
            return differs;
        }
    } else if (graph) {
        if (!imported || imported->version < 1) return no_opset(row);
        opset = *imported;
    } else if (carried) {
        opset.version = carried->opset_version;
    } else {
        return error_at(row, rule_id::opset_unknown,
                        "nothing states the opset" + of_model(row) +
                            ", and its content is not available locally",
                        "fetch it with --fetch, or state the opset in a source or [[override]]");
    }
    // An earlier entry knew the graph.
    const auto ir_version = ir_version_of(row, graph);
    ModelVersions versions;
    if (!row.onnx_version.empty()) {
        versions = {row.onnx_version, opset.version, {}};
    } else if (!ir_version && carried && carried->opset_version == opset.version &&
               !carried->onnx_version.empty()) {
        versions = {carried->onnx_version, opset.version, {}};
    } else {
        versions = with_release(row, opset, ir_version);
    }
    if (!states_opset(row)) note_other_domain(row, opset, versions.notes);
    return versions;
}

std::variant<ModelVersions, Diagnostic> versions_of_graph(const ModelRow& row,
                                                          const ModelGraph& graph) {
    const auto opset = main_opset(graph);
    if (!opset || opset->version < 1) return no_opset(row);
    ModelVersions versions = with_release(row, *opset, graph.ir_version);
    note_other_domain(row, *opset, versions.notes);
    return versions;
}

Diagnostics newer_than_row(const ModelRow& row, const ModelGraph& graph) {
    Diagnostics notes;
    const auto opset = main_opset(graph);
    const auto stated = find_release(row.onnx_version);
    if (!opset || !stated || stated->version != newest_release().version) return notes;
    if (!oldest_release(*opset, graph.ir_version)) {
        note_too_new(row, *opset, graph.ir_version, notes);
    }
    return notes;
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
