// SPDX-License-Identifier: Apache-2.0
#include "validator/graph_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "generator/describe.h"
#include "manifest/entry_name.h"
#include "manifest/hub_path.h"
#include "manifest/onnx_release.h"
#include "manifest/rule_ids.h"
#include "validator/port_difference.h"

namespace onnxhub {
namespace {

constexpr RuleInfo external_data_unsafe{
    .id = rule_id::external_data_unsafe,
    .severity = Severity::error,
    .family = "graph",
    .what =
        "A model stores weights in a file whose path is absolute or points outside of the "
        "repository.",
    .why = "Runtimes read another file on their machine, or reject the model.",
    .example = "`location: ../../../etc/passwd`",
    .fix = "Save the model with its weights in the same directory.",
};

constexpr RuleInfo graph_data_missing{
    .id = rule_id::external_data_missing,
    .severity = Severity::error,
    .family = "graph",
    .what = "A file with weights of a model is not in the repository.",
    .why = "The model cannot be loaded.",
    .example = "`llm.onnx` was committed without `llm.onnx_data`.",
    .fix = "Commit the file.",
};

constexpr RuleInfo external_data_not_listed{
    .id = rule_id::external_data_not_listed,
    .severity = Severity::error,
    .family = "graph",
    .what = "An entry's `external_data` does not list the files in which the model stores weights.",
    .why = "Clients do not download all files, and the model cannot be loaded.",
    .example = "The model was saved with external data, but the manifest still has the old entry.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo graph_opset_differs{
    .id = rule_id::graph_opset_differs,
    .severity = Severity::error,
    .family = "graph",
    .what = "The stated opset is not the opset of the default domain that the model imports.",
    .why = "Users with an older runtime choose a model that they cannot load.",
    .example = "The table says 12, but the model imports 13.",
    .fix = "Correct the table, then run `onnxhub generate`.",
};

constexpr RuleInfo release_too_old{
    .id = rule_id::release_too_old,
    .severity = Severity::warning,
    .family = "graph",
    .what =
        "The stated ONNX version is older than the release that introduced the opset or the "
        "model's IR version.",
    .why = "One of the values is wrong, and users choose models by them.",
    .example = "ONNX version 1.0 (opset 1) with opset 2",
    .fix = "Correct the table, then run `onnxhub generate`.",
};

constexpr RuleInfo io_ports_missing{
    .id = rule_id::io_ports_missing,
    .severity = Severity::error,
    .family = "graph",
    .what = "An entry has no `io_ports`, although the model is available locally.",
    .why = "Users cannot see the inputs and outputs without downloading the model.",
    .example = "The entry was made from a Git LFS pointer and never completed.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo io_ports_differ{
    .id = rule_id::io_ports_differ,
    .severity = Severity::error,
    .family = "graph",
    .what = "An entry's `io_ports` differ from the inputs and outputs of the model's graph.",
    .why = "Users and tools prepare the wrong data.",
    .example = "The manifest says `[1, 3, 224, 224]`, but the graph says `[\"N\", 3, 224, 224]`.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo extra_ports_differ{
    .id = rule_id::extra_ports_differ,
    .severity = Severity::error,
    .family = "graph",
    .what =
        "An entry's `extra_ports` differ from the tensor in `[features.tensors]` and its shape in "
        "the graph.",
    .why = "Users who read embeddings from the tensor get another one, or none.",
    .example = "The setting was added, but the manifest was not regenerated.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo entry_opsets_differ{
    .id = rule_id::entry_opsets_differ,
    .severity = Severity::error,
    .family = "graph",
    .what =
        "An entry's `opsets` differ from the domains that the model imports, or are missing "
        "although the model does not import the default domain.",
    .why = "Users choose models by the operators that their runtime has.",
    .example = "The entry says version 2 of `ai.onnx.ml`, but the model imports version 3.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr std::array graph_rule_list{
    external_data_unsafe, graph_data_missing, external_data_not_listed,
    graph_opset_differs,  release_too_old,    io_ports_missing,
    io_ports_differ,      extra_ports_differ, entry_opsets_differ,
};

constexpr char shapes_not_inferred[] =
    "output shapes are not inferred, since the opset is newer than libonnx";

/// What a table, or an entry without a row, states about a model.
struct Statement {
    const std::string& model_path;
    const std::string& onnx_version;
    std::int64_t opset_version;
    Place opset_place;
    Place version_place;
    Subject subject;
    /// The entry of the row states another opset, which another rule reports.
    bool is_opset_disputed = false;
};

class GraphChecker {
public:
    GraphChecker(const HubState& hub, FindingList& findings) : hub_(hub), findings_(findings) {}

    void check_statement(const Statement& statement) {
        const ModelGraph* graph = graph_of(statement.model_path, graph_opset_differs);
        const auto imported = graph ? main_opset(*graph) : std::nullopt;
        if (imported && imported->version != statement.opset_version) {
            // The release of a wrong opset says nothing about the model.
            findings_.report(graph_opset_differs, statement.opset_place,
                             other_opset(statement.model_path, *imported, statement.opset_version),
                             "write the opset of the model", statement.subject);
        } else if (imported ? imported->domain.empty() : !statement.is_opset_disputed) {
            check_release(statement, nullptr);
        }
        if (graph) check_release(statement, graph);
    }

    void check_entry(std::size_t index) {
        const ManifestEntry& present = hub_.document()->entries[index];
        if (!present.entry || !has_content(present.entry->model_path)) return;
        const ModelGraph* graph = graph_of(present.entry->model_path, io_ports_differ);
        if (!graph) return;
        check_ports(present, *graph);
        check_external_data(index, *graph);
        check_opsets(present, *graph);
        const auto row = hub_.matches.row_of_entry[index];
        if (!row || hub_.settings.feature_tensors.empty()) return;
        const ModelDescription& model = hub_.described.models[*row];
        if (model.entry && model.row->model_path == present.entry->model_path) {
            check_features(present, *model.entry);
        }
    }

private:
    bool has_content(const std::string& path) const {
        return safe_path(path) && hub_.described.contents.facts(path);
    }

    /// Null when the model is not downloaded (counted as skipped) or broken (reported elsewhere).
    const ModelGraph* graph_of(const std::string& path, const RuleInfo& rule) {
        if (!has_content(path)) return nullptr;
        const auto found = hub_.described.graphs.find(path);
        if (found == hub_.described.graphs.end()) {
            findings_.skip(rule, not_downloaded);
            return nullptr;
        }
        return found->second.get();
    }

    /// With a graph, checks only its IR version.
    void check_release(const Statement& statement, const ModelGraph* graph) {
        const auto release = find_release(statement.onnx_version);
        // A model that is newer than all known releases has the newest of them.
        if (!release || release->version == newest_release().version) return;
        if (!graph && statement.opset_version > release->opset_version) {
            report_release(statement, fmt::format("opset {}", statement.opset_version),
                           oldest_release_for(0, statement.opset_version));
        } else if (graph && graph->ir_version > release->ir_version) {
            report_release(statement, fmt::format("IR version {}", graph->ir_version),
                           oldest_release_for(graph->ir_version, 0));
        }
    }

    void report_release(const Statement& statement, const std::string& what,
                        const std::optional<OnnxRelease>& first) {
        findings_.report(release_too_old, statement.version_place,
                         fmt::format("ONNX {} is older than {} of {}", statement.onnx_version, what,
                                     statement.model_path),
                         first
                             ? fmt::format("{} was introduced in ONNX {}; correct the wrong value",
                                           what, first->version)
                             : std::string("correct the wrong value"),
                         statement.subject);
    }

    void check_ports(const ManifestEntry& present, const ModelGraph& graph) {
        const Entry& entry = *present.entry;
        if (graph.has_contradictory_ports) return;  // model-contradictory reports it
        if (!entry.io_ports) {
            findings_.report(io_ports_missing, place_of(hub_, present, "metadata"),
                             fmt::format("the entry of {} has no io_ports", entry.model_path),
                             "run `onnxhub validate --fix`", subject_of(present));
            return;
        }
        const bool is_lenient = graph.inference_failure.has_value();
        if (is_lenient && graph.inference_failure->reason == newer_than_inference) {
            findings_.skip(io_ports_differ, shapes_not_inferred);
        }
        if (const auto difference = find_difference(*entry.io_ports, graph.ports, is_lenient)) {
            findings_.report(io_ports_differ, place_of(hub_, present, "metadata.io_ports"),
                             fmt::format("io_ports of {}: {}", entry.model_path, *difference),
                             "run `onnxhub validate --fix`", subject_of(present));
        }
    }

    void check_opsets(const ManifestEntry& present, const ModelGraph& graph) {
        const Entry& entry = *present.entry;
        // Where the generator writes no opsets, the key is the hub's own.
        const auto expected = listed_opsets(graph, hub_.settings.lists_opsets);
        if (expected.empty() || entry.opsets == expected) return;
        findings_.report(
            entry_opsets_differ,
            place_of(hub_, present, entry.opsets->empty() ? "metadata" : "metadata.opsets"),
            fmt::format("opsets of {}: the entry has {}, but the model imports {}",
                        entry.model_path, opsets_text(entry.opsets), opsets_text(expected)),
            "run `onnxhub validate --fix`", subject_of(present));
    }

    static std::string opsets_text(const std::map<std::string, std::int64_t>& opsets) {
        if (opsets.empty()) return "none";
        std::vector<std::string> texts;
        for (const auto& [domain, version] : opsets) {
            texts.push_back(fmt::format("{} {}", domain, version));
        }
        return fmt::format("{}", fmt::join(texts, ", "));
    }

    void check_features(const ManifestEntry& present, const Entry& expected) {
        if (present.entry->extra_ports == expected.extra_ports) return;
        findings_.report(
            extra_ports_differ,
            place_of(hub_, present,
                     present.entry->extra_ports ? "metadata.extra_ports" : "metadata"),
            fmt::format("extra_ports of {} differ from [features.tensors] and the graph",
                        expected.model_path),
            "run `onnxhub validate --fix`", subject_of(present));
    }

    /// Checks the list in the entry. Unsafe and missing files are reported at their rows.
    void check_external_data(std::size_t index, const ModelGraph& graph) {
        const ManifestEntry& present = hub_.document()->entries[index];
        const Entry& entry = *present.entry;
        std::set<std::string> wanted;
        for (const std::string& location : graph.external_locations) {
            const auto path = clean_hub_path(parent_folder(entry.model_path), location);
            if (const auto* clean = std::get_if<std::string>(&path)) {
                wanted.insert(*clean);
            } else if (!hub_.matches.row_of_entry[index]) {
                findings_.report(external_data_unsafe, place_of(hub_, present),
                                 fmt::format("external data \"{}\" of {} {}", location,
                                             entry.model_path, std::get<UnsafePath>(path).reason),
                                 "store it in the model's directory", subject_of(present));
            }
        }
        std::set<std::string> listed;
        for (const ExternalDataFile& file : entry.external_data) listed.insert(file.path);
        if (wanted == listed) return;
        findings_.report(
            external_data_not_listed, place_of(hub_, present, "metadata.external_data"),
            fmt::format("{} stores weights in [{}], but the entry lists [{}]", entry.model_path,
                        fmt::join(wanted, ", "), fmt::join(listed, ", ")),
            "run `onnxhub validate --fix`", subject_of(present));
    }

    const HubState& hub_;
    FindingList& findings_;
};

Statement statement_of(const ModelRow& row) {
    return {row.model_path,
            row.onnx_version,
            row.opset_version,
            place_of(row, row.cells.opset),
            place_of(row, row.cells.onnx_version),
            subject_of(row)};
}

Statement statement_of(const HubState& hub, const ManifestEntry& present) {
    const Entry& entry = *present.entry;
    return {entry.model_path,
            entry.onnx_version,
            entry.opset_version,
            place_of(hub, present, "opset_version"),
            place_of(hub, present, "onnx_version"),
            subject_of(present)};
}

bool has_entry_of_other_opset(const HubState& hub, std::size_t row) {
    if (!hub.document() || row >= hub.matches.entry_of_row.size()) return false;
    const auto index = hub.matches.entry_of_row[row];
    if (!index) return false;
    const auto& entry = hub.document()->entries[*index].entry;
    return entry && entry->opset_version != hub.described.models[row].row->opset_version;
}

void check_statements(const HubState& hub, GraphChecker& checker) {
    for (std::size_t row = 0; row < hub.described.models.size(); ++row) {
        const ModelRow& model = *hub.described.models[row].row;
        if (!hub.part.has_model(model.model_path) || !states_opset(model)) continue;
        Statement statement = statement_of(model);
        statement.is_opset_disputed = has_entry_of_other_opset(hub, row);
        checker.check_statement(statement);
    }
    if (!hub.document()) return;
    for (std::size_t i = 0; i < hub.document()->entries.size(); ++i) {
        const ManifestEntry& entry = hub.document()->entries[i];
        if (!hub.part.has_model(name_of(entry).model_path)) continue;
        const auto row = hub.matches.row_of_entry[i];
        const bool stands_alone = !row || !states_opset(*hub.described.models[*row].row);
        if (entry.entry && stands_alone) checker.check_statement(statement_of(hub, entry));
        checker.check_entry(i);
    }
}

}  // namespace

std::span<const RuleInfo> graph_rules() {
    return graph_rule_list;
}

void check_graphs(const HubState& hub, FindingList& findings) {
    GraphChecker graphs(hub, findings);
    check_statements(hub, graphs);
}

}  // namespace onnxhub
