// SPDX-License-Identifier: Apache-2.0
#include "generator/entry_builder.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "generator/model_versions.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

/// Builds one description from what was read before; reads no file.
class EntryBuilder {
public:
    EntryBuilder(Shared<ModelRow> row, const ContentTable& table, const GraphReading* reading,
                 const DescribeOptions& options)
        : table_(table), reading_(reading), options_(options) {
        description_.row = std::move(row);
    }

    ModelDescription build() {
        const auto* facts = table_.facts(row().model_path);
        if (!facts && is_elsewhere()) return build_elsewhere();
        if (!facts) {
            report_no_content(*table_.no_content(row().model_path), rule_id::row_file_missing,
                              Severity::error, row().cells.path);
            return std::move(description_);
        }
        description_.facts = *facts;
        description_.bytes_missing = !reading_ || !reading_->bytes_here;
        if (reading_) {
            description_.graph = reading_->graph;
            description_.is_peeked = reading_->is_peeked;
            description_.diagnostics.append(reading_->diagnostics);
        }
        carried_ = options_.carried ? options_.carried->find(facts->sha) : nullptr;
        note_pointer_form(row().model_path, *facts);
        // An entry with the digest of bytes that are not a model would hide that the model is lost.
        if (reading_ && reading_->diagnostics.has_errors()) return std::move(description_);
        if (!is_stated_content({facts->sha, facts->size_bytes})) return std::move(description_);

        Entry entry = begin_entry({facts->sha, facts->size_bytes});
        if (!set_versions(entry)) return std::move(description_);
        set_opsets(entry);
        set_ports(entry);
        set_archive(entry);
        if (!set_external_data(entry)) return std::move(description_);
        description_.entry = std::move(entry);
        return std::move(description_);
    }

private:
    const ModelRow& row() const { return *description_.row; }

    Entry begin_entry(const StatedContent& content) const {
        Entry entry;
        entry.model = row().name;
        entry.model_path = row().model_path;
        entry.content = content;
        entry.tags = row().tags;
        if (row().stated) {
            entry.sources = row().stated->urls;
            entry.about = row().stated->about;
        }
        return entry;
    }

    /// Whether the bytes of the model are not in the repository, and a source says where they are.
    bool is_elsewhere() const {
        return row().stated && !row().stated->urls.empty() &&
               table_.no_content(row().model_path)->kind == NoContent::Kind::missing;
    }

    ModelDescription build_elsewhere() {
        const auto content = elsewhere_content();
        if (!content) {
            description_.elsewhere = StatedContent{{}, row().stated->size_bytes};
            report(Severity::error, rule_id::sha256_unknown,
                   "nothing states the SHA-256 of " + row().stated->urls.front(),
                   "download it once with --fetch, or state its sha256 in the source");
            return std::move(description_);
        }
        description_.elsewhere = StatedContent{content->sha, content->size_bytes};
        if (!is_stated_content(*description_.elsewhere)) return std::move(description_);
        description_.graph = content->graph;
        carried_ = options_.carried ? options_.carried->find(content->sha) : nullptr;
        if (!content->size_bytes && carried_) {
            description_.elsewhere->size_bytes = carried_->content.size_bytes;
        }
        Entry entry = begin_entry(*description_.elsewhere);
        if (!set_versions(entry)) return std::move(description_);
        set_opsets(entry);
        set_ports(entry);
        description_.entry = std::move(entry);
        return std::move(description_);
    }

    /// Content that was downloaded, else stated, else known from an earlier entry.
    std::optional<ElsewhereContent> elsewhere_content() const {
        const StatedFacts& stated = *row().stated;
        for (const std::string& url : stated.urls) {
            if (!options_.elsewhere) break;
            const auto found = options_.elsewhere->find(url);
            if (found != options_.elsewhere->end()) return found->second;
        }
        if (stated.sha) return ElsewhereContent{*stated.sha, stated.size_bytes, nullptr};
        if (!options_.carried) return std::nullopt;
        for (const std::string& url : stated.urls) {
            if (const Sha256* sha = options_.carried->digest_of(url)) {
                return ElsewhereContent{*sha, stated.size_bytes, nullptr};
            }
        }
        return std::nullopt;
    }

    /// Whether the content is the one that the row states; reports a contradiction.
    bool is_stated_content(const StatedContent& content) {
        if (!row().stated) return true;
        const StatedFacts& stated = *row().stated;
        const bool is_other_sha = stated.sha && content.sha && *stated.sha != *content.sha;
        const bool is_other_size =
            stated.size_bytes && content.size_bytes && *stated.size_bytes != *content.size_bytes;
        if (!is_other_sha && !is_other_size) return true;
        report(Severity::error, rule_id::stated_content_differs,
               row().model_path + " has " +
                   (is_other_sha ? "SHA-256 " + to_hex(*content.sha)
                                 : std::to_string(*content.size_bytes) + " bytes") +
                   ", not " +
                   (is_other_sha ? to_hex(*stated.sha) : std::to_string(*stated.size_bytes)),
               "correct the statement, or the file; until then its entry stays as it is");
        return false;
    }

    void report(Severity severity, std::string rule, std::string message, std::string hint,
                int cell = 0) {
        description_.diagnostics.report({severity, std::move(rule), row().source_file, row().line,
                                         std::move(message), std::move(hint), cell});
    }

    void report_no_content(const NoContent& none, const char* missing_rule, Severity severity,
                           int cell) {
        if (none.in_file) description_.diagnostics.report(*none.in_file);
        const char* rule = none.kind == NoContent::Kind::missing   ? missing_rule
                           : none.kind == NoContent::Kind::ignored ? rule_id::row_file_ignored
                                                                   : rule_id::row_file_unusable;
        report(severity, rule, none.reason, none.in_file ? "" : none.hint, cell);
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
        if (row().stated) return set_resolved_versions(entry);
        if (states_opset(row())) {
            entry.onnx_version = row().onnx_version;
            entry.opset_version = row().opset_version;
            warn_of_other_opset();
            return true;
        }
        if (const ModelGraph* graph = versions_graph()) {
            return set_versions_from_graph(entry, *graph);
        }
        if (description_.bytes_missing && carried_ && !carried_->onnx_version.empty()) {
            entry.onnx_version = carried_->onnx_version;
            entry.opset_version = carried_->opset_version;
            return true;
        }
        return false;  // unreadable: already reported; not available: the caller counts it
    }

    /// The graph, or what is known of it: its opsets. May be null.
    const ModelGraph* versions_graph() const {
        if (description_.graph) return description_.graph.get();
        return reading_ ? reading_->opsets.get() : nullptr;
    }

    bool set_resolved_versions(Entry& entry) {
        const ModelGraph* graph = versions_graph();
        auto versions = resolve_versions(row(), graph, carried_);
        if (auto* problem = std::get_if<Diagnostic>(&versions)) {
            description_.lacks_opset = problem->rule == rule_id::opset_unknown;
            description_.diagnostics.report(std::move(*problem));
            return false;
        }
        if (graph) description_.diagnostics.append(contradicted_facts(row(), *graph));
        auto& found = std::get<ModelVersions>(versions);
        if (states_opset(row())) set_onnx_version_of_row(found.onnx_version);
        set_versions_in(entry, found);
        return true;
    }

    void set_onnx_version_of_row(const std::string& version) {
        if (row().onnx_version == version) return;
        ModelRow changed = row();
        changed.onnx_version = version;
        description_.row = std::move(changed);
    }

    /// The entry keeps the row's opset, since users may have a reason. `validate` reports an error.
    void warn_of_other_opset() {
        const ModelGraph* graph = versions_graph();
        if (!graph) return;
        description_.diagnostics.append(newer_than_row(row(), *graph));
        const auto imported = main_opset(*graph);
        if (!imported || imported->version == row().opset_version) return;
        report(Severity::warning, rule_id::graph_opset_differs,
               other_opset(row().model_path, *imported, row().opset_version),
               "write the opset of the model", row().cells.opset);
    }

    bool set_versions_from_graph(Entry& entry, const ModelGraph& graph) {
        auto versions = versions_of_graph(row(), graph);
        if (auto* problem = std::get_if<Diagnostic>(&versions)) {
            description_.diagnostics.report(std::move(*problem));
            return false;
        }
        set_versions_in(entry, std::get<ModelVersions>(versions));
        return true;
    }

    void set_versions_in(Entry& entry, ModelVersions& versions) {
        description_.diagnostics.append(std::move(versions.notes));
        entry.onnx_version = std::move(versions.onnx_version);
        entry.opset_version = versions.opset_version;
    }

    void set_opsets(Entry& entry) const {
        if (const ModelGraph* graph = versions_graph()) {
            entry.opsets = listed_opsets(*graph, options_.settings->lists_opsets);
        } else if (carried_) {
            entry.opsets = carried_->opsets;
        }
    }

    void set_ports(Entry& entry) {
        const std::string* tensor = feature_tensor(*options_.settings, row());
        if (description_.graph) {
            if (!description_.graph->has_contradictory_ports) {
                entry.io_ports = description_.graph->ports;
            }
            description_.ports = description_.is_peeked ? PortSource::peeked : PortSource::graph;
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
            entry.archive = StatedContent{facts->sha, facts->size_bytes};
            return;
        }
        const auto& none = *table_.no_content(*row().archive_path);
        const bool is_missing = none.kind == NoContent::Kind::missing;
        report_no_content(none, rule_id::row_archive_missing,
                          is_missing ? Severity::warning : Severity::error, row().cells.archive);
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
        const auto& none = *table_.no_content(path);
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

}  // namespace

const std::string* feature_tensor(const Settings& settings, const ModelRow& row) {
    const auto found = settings.feature_tensors.find(row.name);
    if (found == settings.feature_tensors.end()) return nullptr;
    const auto& tag = settings.features_tag;
    if (tag && std::find(row.tags.begin(), row.tags.end(), *tag) == row.tags.end()) return nullptr;
    return &found->second;
}

std::variant<std::string, UnsafePath> external_path(const std::string& model_path,
                                                    const std::string& location) {
    return clean_hub_path(parent_folder(model_path), location);
}

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

std::string other_opset(const std::string& model_path, const ModelOpset& imported,
                        std::int64_t stated) {
    return model_path + " imports opset " + std::to_string(imported.version) +
           (imported.domain.empty() ? "" : " of " + imported.domain) + ", not " +
           std::to_string(stated);
}

std::map<std::string, std::int64_t> listed_opsets(const ModelGraph& graph, bool with_others) {
    std::map<std::string, std::int64_t> listed;
    const bool has_default = graph.opsets.contains("");
    if (has_default && (!with_others || graph.opsets.size() == 1)) return listed;
    for (const auto& [domain, version] : graph.opsets) {
        if (version < 0) return {};  // no opset, and no value of the key
        listed.emplace(domain_name(domain), version);
    }
    return listed;
}

ModelDescription describe_row(Shared<ModelRow> row, const ContentTable& table,
                              const GraphReading* reading, const DescribeOptions& options) {
    return EntryBuilder(std::move(row), table, reading, options).build();
}

}  // namespace onnxhub
