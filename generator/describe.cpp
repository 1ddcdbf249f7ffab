// SPDX-License-Identifier: Apache-2.0
#include "generator/describe.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/onnx_release.h"
#include "manifest/rule_ids.h"
#include "sources/hub_rows.h"

namespace onnxhub {
namespace {

/// The graph of one model file, or why there is none.
struct GraphReading {
    bool bytes_here = false;
    std::shared_ptr<const ModelGraph> graph;
    Diagnostics diagnostics;
};

using GraphReadings = std::unordered_map<std::string, GraphReading>;

/// The tensor that the settings name for a row's `extra_ports`, or null.
const std::string* feature_tensor(const Settings& settings, const ModelRow& row) {
    const auto found = settings.feature_tensors.find(row.name);
    if (found == settings.feature_tensors.end()) return nullptr;
    const auto& tag = settings.features_tag;
    if (tag && std::find(row.tags.begin(), row.tags.end(), *tag) == row.tags.end()) return nullptr;
    return &found->second;
}

void report_graph_trouble(const std::string& path, const ModelGraph& graph,
                          Diagnostics& diagnostics) {
    if (graph.inference_failure && graph.inference_failure->crashed) {
        diagnostics.report(
            {Severity::warning, rule_id::inference_crashed, path, 0,
             "shape inference failed on this model: " + graph.inference_failure->reason,
             "its ports are written as the model declares them"});
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

GraphReading read_graph(const ContentTable& table, const std::string& path,
                        const std::vector<std::string>& tensors, ShapeInference* inference) {
    GraphReading reading;
    try {
        const auto source = table.open(path);
        if (!source) return reading;
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

/// Reads the graphs of all models with facts, each file once, with the tensors that its rows need.
GraphReadings read_graphs(const ContentTable& table, const std::vector<ModelRow>& rows,
                          const DescribeOptions& options) {
    std::unordered_map<std::string, std::set<std::string>> wanted;
    std::vector<std::string> paths;
    for (const ModelRow& row : rows) {
        if (!options.part.has_model(row.model_path) || !table.facts(row.model_path)) continue;
        const auto [entry, is_new] = wanted.try_emplace(row.model_path);
        if (is_new) paths.push_back(row.model_path);
        if (const auto* tensor = feature_tensor(*options.settings, row)) {
            entry->second.insert(*tensor);
        }
    }
    for (const std::string& path : options.more_models) {
        if (!options.part.has_model(path)) continue;
        if (table.facts(path) && wanted.try_emplace(path).second) paths.push_back(path);
    }
    std::vector<GraphReading> results(paths.size());
    for_each_index(paths.size(), options.jobs, [&](std::size_t i) {
        const std::set<std::string>& tensors = wanted.at(paths[i]);
        results[i] =
            read_graph(table, paths[i], {tensors.begin(), tensors.end()}, options.inference);
    });
    GraphReadings readings;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        readings.emplace(paths[i], std::move(results[i]));
    }
    return readings;
}

/// The path of an external file of the model at `model_path`: locations are relative to its folder.
/// Source: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
std::variant<std::string, UnsafePath> external_path(const std::string& model_path,
                                                    const std::string& location) {
    return clean_hub_path(parent_folder(model_path), location);
}

/// The external files of a carried entry, adjusted if the model is in another folder now.
std::vector<std::string> carried_external_paths(const Entry& carried,
                                                const std::string& model_path) {
    const std::string_view old_folder = parent_folder(carried.model_path);
    const std::string_view new_folder = parent_folder(model_path);
    std::vector<std::string> paths;
    for (const ExternalDataFile& file : carried.external_data) {
        const bool is_below = !old_folder.empty() && file.path.starts_with(old_folder) &&
                              file.path.substr(old_folder.size()).starts_with('/');
        if (old_folder == new_folder || !(is_below || old_folder.empty())) {
            paths.push_back(file.path);
            continue;
        }
        const std::string location =
            file.path.substr(old_folder.empty() ? 0 : old_folder.size() + 1);
        paths.push_back(new_folder.empty() ? location : std::string(new_folder) + "/" + location);
    }
    return paths;
}

/// Builds one description from what was read before; reads no file.
class DescriptionBuilder {
public:
    DescriptionBuilder(ModelRow row, const ContentTable& table, const GraphReading* reading,
                       const DescribeOptions& options)
        : table_(table), reading_(reading), options_(options) {
        description_.row = std::move(row);
    }

    ModelDescription build() {
        const auto* facts = table_.facts(row().model_path);
        if (!facts) {
            report_no_content(std::get<NoContent>(table_.at(row().model_path)),
                              rule_id::row_file_missing, Severity::error);
            return std::move(description_);
        }
        description_.facts = *facts;
        description_.bytes_missing = !reading_ || !reading_->bytes_here;
        if (reading_) {
            description_.graph = reading_->graph;
            description_.diagnostics.append(reading_->diagnostics);
        }
        carried_ = options_.carried ? options_.carried->find(facts->sha) : nullptr;
        note_pointer_form(row().model_path, *facts);
        // An entry with the digest of bytes that are not a model would hide that the model is lost.
        if (reading_ && reading_->diagnostics.has_errors()) return std::move(description_);

        Entry entry;
        entry.model = row().name;
        entry.model_path = row().model_path;
        entry.content = {facts->sha, facts->size_bytes};
        entry.tags = row().tags;
        if (!set_versions(entry)) return std::move(description_);
        set_ports(entry);
        set_archive(entry);
        if (!set_external_data(entry)) return std::move(description_);
        description_.entry = std::move(entry);
        return std::move(description_);
    }

private:
    const ModelRow& row() const { return description_.row; }

    void report(Severity severity, std::string rule, std::string message, std::string hint) {
        description_.diagnostics.report({severity, std::move(rule), row().source_file, row().line,
                                         std::move(message), std::move(hint)});
    }

    void report_no_content(const NoContent& none, const char* missing_rule, Severity severity) {
        if (none.in_file) description_.diagnostics.report(*none.in_file);
        const char* rule = none.kind == NoContent::Kind::missing   ? missing_rule
                           : none.kind == NoContent::Kind::ignored ? rule_id::row_file_ignored
                                                                   : rule_id::row_file_unusable;
        report(severity, rule, none.reason, none.in_file ? "" : none.hint);
    }

    /// Git LFS reads such pointers but writes different bytes, so git shows the file as modified.
    void note_pointer_form(const std::string& path, const ContentFacts& facts) {
        if (facts.source != FactSource::pointer || facts.pointer_form == PointerForm::canonical) {
            return;
        }
        const bool is_crlf = facts.pointer_form == PointerForm::crlf;
        description_.diagnostics.report(
            {Severity::warning, is_crlf ? rule_id::pointer_crlf : rule_id::pointer_not_canonical,
             path, 1,
             is_crlf ? "the lines of this Git LFS pointer end with CR LF"
                     : "this Git LFS pointer differs from what Git LFS writes",
             "with its content here: git add --renormalize"});
    }

    bool set_versions(Entry& entry) {
        if (states_opset(row())) {
            entry.onnx_version = row().onnx_version;
            entry.opset_version = row().opset_version;
            warn_of_other_opset();
            return true;
        }
        if (description_.graph) return set_versions_from_graph(entry, *description_.graph);
        if (description_.bytes_missing && carried_ && !carried_->onnx_version.empty()) {
            entry.onnx_version = carried_->onnx_version;
            entry.opset_version = carried_->opset_version;
            return true;
        }
        return false;  // unreadable: already reported; not available: the caller counts it
    }

    /// The entry keeps the row's opset, since users may have a reason. `validate` reports an error.
    void warn_of_other_opset() {
        if (!description_.graph) return;
        const auto imported = default_opset(*description_.graph);
        if (!imported || *imported == row().opset_version) return;
        report(Severity::warning, rule_id::graph_opset_differs,
               other_opset(row().model_path, *imported, row().opset_version),
               "write the opset of the model");
    }

    bool set_versions_from_graph(Entry& entry, const ModelGraph& graph) {
        const auto opset = graph.opsets.find("");
        if (opset == graph.opsets.end()) {
            report(Severity::error, rule_id::model_no_opset,
                   "imports no opset of the default domain",
                   "exclude it, or export it again with a default-domain opset");
            return false;
        }
        entry.opset_version = opset->second;
        const auto release = oldest_release_for(graph.ir_version, opset->second);
        if (!release) {
            report(Severity::error, rule_id::model_too_new,
                   "no known ONNX release has IR version " + std::to_string(graph.ir_version) +
                       " and opset " + std::to_string(opset->second),
                   "list it in a table, which states its ONNX version");
            return false;
        }
        entry.onnx_version = release->version;
        return true;
    }

    void set_ports(Entry& entry) {
        const std::string* tensor = feature_tensor(*options_.settings, row());
        if (description_.graph) {
            if (!description_.graph->has_contradictory_ports) {
                entry.io_ports = description_.graph->ports;
            }
            description_.ports = PortSource::graph;
            set_features(entry, tensor);
            return;
        }
        if (!carried_) return;
        entry.io_ports = carried_->io_ports;
        entry.extra_ports = carried_->extra_ports;
        if (entry.io_ports) description_.ports = PortSource::carried;
    }

    void set_features(Entry& entry, const std::string* tensor) {
        if (!tensor) {
            // Keeps features that were carried over from a hub that had this setting earlier.
            if (options_.settings->feature_tensors.empty() && carried_) {
                entry.extra_ports = carried_->extra_ports;
            }
            return;
        }
        const auto shape = description_.graph->tensors.find(*tensor);
        if (shape == description_.graph->tensors.end() || !shape->second) {
            report(Severity::warning, rule_id::feature_tensor_unknown,
                   row().name + ": the graph has no tensor " + *tensor + " with a known shape",
                   "correct [features.tensors] in " + std::string(settings_file_name));
            return;
        }
        FeaturePort feature{*tensor, *shape->second};
        for (Dimension& dimension : feature.shape) {
            // The official generator writes 0 for an unknown dimension here.
            if (!std::holds_alternative<std::int64_t>(dimension)) dimension = std::int64_t{0};
        }
        entry.extra_ports.emplace().push_back(std::move(feature));
    }

    void set_archive(Entry& entry) {
        if (!row().archive_path) return;
        if (const auto* facts = table_.facts(*row().archive_path)) {
            note_pointer_form(*row().archive_path, *facts);
            entry.archive_path = *row().archive_path;
            entry.archive = {facts->sha, facts->size_bytes};
            return;
        }
        const auto& none = std::get<NoContent>(table_.at(*row().archive_path));
        const bool is_missing = none.kind == NoContent::Kind::missing;
        report_no_content(none, rule_id::row_archive_missing,
                          is_missing ? Severity::warning : Severity::error);
    }

    /// Sets external data from the graph, otherwise from the carried entry of the same model.
    bool set_external_data(Entry& entry) {
        if (!description_.graph) {
            if (!carried_) return true;
            for (const std::string& path : carried_external_paths(*carried_, row().model_path)) {
                if (!add_external_file(entry, path)) return false;
            }
            return true;
        }
        for (const std::string& location : description_.graph->external_locations) {
            const auto path = external_path(row().model_path, location);
            if (const auto* unsafe = std::get_if<UnsafePath>(&path)) {
                report(Severity::error, rule_id::external_data_unsafe,
                       "external data \"" + location + "\" of " + row().model_path + " " +
                           unsafe->reason,
                       "store it in the model's directory");
                return false;
            }
            if (!add_external_file(entry, std::get<std::string>(path))) return false;
        }
        return true;
    }

    bool add_external_file(Entry& entry, const std::string& path) {
        if (const auto* facts = table_.facts(path)) {
            note_pointer_form(path, *facts);
            entry.external_data.push_back({path, facts->sha, facts->size_bytes});
            return true;
        }
        const auto& none = std::get<NoContent>(table_.at(path));
        if (none.in_file) description_.diagnostics.report(*none.in_file);
        report(Severity::error, rule_id::external_data_missing,
               "external data of " + row().model_path + ": " + none.reason,
               "add the file, since the model is incomplete without it");
        return false;
    }

    const ContentTable& table_;
    const GraphReading* reading_;
    const DescribeOptions& options_;
    const Entry* carried_ = nullptr;
    ModelDescription description_;
};

ModelGraphs graphs_of(const GraphReadings& readings) {
    ModelGraphs graphs;
    for (const auto& [path, reading] : readings) {
        if (reading.bytes_here) graphs.emplace(path, reading.graph);
    }
    return graphs;
}

Diagnostics diagnostics_of_others(const GraphReadings& readings, const std::vector<ModelRow>& rows,
                                  const std::vector<std::string>& others) {
    std::set<std::string_view> reported;
    for (const ModelRow& row : rows) reported.insert(row.model_path);
    Diagnostics diagnostics;
    for (const std::string& path : others) {
        const auto found = readings.find(path);
        if (found == readings.end() || !reported.insert(path).second) continue;
        diagnostics.append(found->second.diagnostics);
    }
    return diagnostics;
}

/// Adds all files that rows name or that were requested in addition.
void add_files(ContentTable& table, const std::vector<ModelRow>& rows,
               const DescribeOptions& options) {
    const auto add = [&](const std::string& model_path, const std::string& path) {
        if (options.part.has_model(model_path)) {
            table.add(path);
        } else {
            table.add_known(path);
        }
    };
    for (const ModelRow& row : rows) {
        add(row.model_path, row.model_path);
        if (row.archive_path) add(row.model_path, *row.archive_path);
    }
    for (const std::string& path : options.more_models) add(path, path);
    for (const std::string& path : options.more_files) table.add(path);
    for (const std::string& path : options.known_files) table.add_known(path);
}

ModelDescription describe_elsewhere(ModelRow row, const ContentTable& table) {
    ModelDescription description;
    if (const auto* facts = table.facts(row.model_path)) description.facts = *facts;
    description.row = std::move(row);
    return description;
}

/// Adds every external file that a graph names, or a carried entry of a model without local
/// content.
void add_external_files(ContentTable& table, const std::vector<ModelRow>& rows,
                        const GraphReadings& readings, const DescribeOptions& options) {
    for (const auto& [path, reading] : readings) {
        if (!reading.graph) continue;
        for (const std::string& location : reading.graph->external_locations) {
            const auto external = external_path(path, location);
            if (const auto* clean = std::get_if<std::string>(&external)) table.add(*clean);
        }
    }
    if (!options.carried) return;
    for (const ModelRow& row : rows) {
        if (!options.part.has_model(row.model_path)) continue;
        const auto* facts = table.facts(row.model_path);
        const Entry* carried = facts ? options.carried->find(facts->sha) : nullptr;
        if (!carried) continue;
        for (const std::string& path : carried_external_paths(*carried, row.model_path)) {
            table.add(path);
        }
    }
}

}  // namespace

namespace {

/// The values of an entry that describe its model's bytes. Other errors in the entry, such as an
/// archive without a digest, must not lose them.
std::optional<Entry> facts_of_model(const ManifestEntry& present) {
    if (present.entry) return present.entry;
    const JsonValue* metadata = present.json.object() ? present.json.find("metadata") : nullptr;
    if (!metadata || !metadata->object()) return std::nullopt;
    JsonObject facts;
    for (const char* key : {"model_sha", "io_ports", "extra_ports", "external_data"}) {
        if (const JsonValue* value = metadata->find(key)) facts.push_back({key, *value});
    }
    const auto text = [&](const char* key) {
        const JsonValue* value = present.json.find(key);
        return json_string(value && value->string() ? *value->string() : "");
    };
    const JsonValue* opset = present.json.find("opset_version");
    const std::int64_t number = opset ? opset->integer().value_or(0) : 0;
    auto parsed =
        parse_entry(json_object({{"model", json_string("-")},
                                 {"model_path", text("model_path")},
                                 {"onnx_version", text("onnx_version")},
                                 {"opset_version", json_integer(std::max<std::int64_t>(number, 0))},
                                 {"metadata", json_object(std::move(facts))}}));
    if (auto* entry = std::get_if<Entry>(&parsed)) return std::move(*entry);
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> default_opset(const ModelGraph& graph) {
    const auto found = graph.opsets.find("");
    return found == graph.opsets.end() ? std::nullopt : std::optional(found->second);
}

std::string other_opset(const std::string& model_path, std::int64_t imported, std::int64_t stated) {
    return model_path + " imports opset " + std::to_string(imported) + ", not " +
           std::to_string(stated);
}

CarriedPorts CarriedPorts::from(const ManifestDocument& document) {
    CarriedPorts carried;
    carried.add(document);
    return carried;
}

void CarriedPorts::add(const ManifestDocument& document) {
    for (const ManifestEntry& entry : document.entries) {
        auto facts = facts_of_model(entry);
        if (!facts || !facts->content.sha) continue;
        const auto [known, is_new] = entries_.try_emplace(*facts->content.sha);
        if (!is_new && (known->second.io_ports || !facts->io_ports)) continue;
        known->second = std::move(*facts);
        // Paths of a manifest are untrusted: unsafe ones are not carried over.
        std::erase_if(known->second.external_data, [](const ExternalDataFile& file) {
            return std::holds_alternative<UnsafePath>(check_hub_path(file.path));
        });
    }
}

const Entry* CarriedPorts::find(const Sha256& model_sha) const {
    const auto found = entries_.find(model_sha);
    return found == entries_.end() ? nullptr : &found->second;
}

Descriptions describe_models(const Tree& tree, std::vector<ModelRow> rows,
                             const DescribeOptions& options) {
    const FactOptions fact_options{options.rehash};
    ContentTable table(tree, options.known);
    add_files(table, rows, options);
    table.describe(fact_options, options.observer, options.jobs);
    const GraphReadings readings = read_graphs(table, rows, options);
    add_external_files(table, rows, readings, options);
    table.describe(fact_options, options.observer, options.jobs);

    Diagnostics others = diagnostics_of_others(readings, rows, options.more_models);
    std::vector<ModelDescription> models;
    models.reserve(rows.size());
    for (ModelRow& row : rows) {
        if (!options.part.has_model(row.model_path)) {
            models.push_back(describe_elsewhere(std::move(row), table));
            continue;
        }
        const auto found = readings.find(row.model_path);
        const GraphReading* reading = found == readings.end() ? nullptr : &found->second;
        models.push_back(DescriptionBuilder(std::move(row), table, reading, options).build());
    }
    const FactStatistics statistics = table.statistics();
    return {std::move(models), statistics, std::move(table), graphs_of(readings),
            std::move(others)};
}

}  // namespace onnxhub
