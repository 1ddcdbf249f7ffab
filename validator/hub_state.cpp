// SPDX-License-Identifier: Apache-2.0
#include "validator/hub_state.h"

#include <iterator>
#include <utility>
#include <variant>

#include "generator/entry_naming.h"
#include "manifest/entry_name.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

void add_safe(const std::string& path, std::vector<std::string>& paths) {
    if (auto safe = safe_path(path)) paths.push_back(std::move(*safe));
}

/// Files that the manifest names, and their rows don't.
void add_files_of(const ManifestDocument& document, const std::vector<ModelRow>& rows,
                  const EntryMatches& matches, DescribeOptions& options) {
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        if (!document.entries[i].entry) continue;
        const Entry& entry = *document.entries[i].entry;
        const auto of_entry = matches.row_of_entry[i];
        const ModelRow* row = of_entry ? &rows[*of_entry] : nullptr;
        const bool is_at_path = row && row->model_path == entry.model_path;
        if (!is_at_path) add_safe(entry.model_path, options.more_models);
        auto& files =
            options.part.has_model(entry.model_path) ? options.more_files : options.known_files;
        const bool names_archive = is_at_path && row->archive_path == entry.archive_path;
        if (entry.archive_path && !names_archive) add_safe(*entry.archive_path, files);
        for (const ExternalDataFile& file : entry.external_data) add_safe(file.path, files);
    }
}

}  // namespace

std::shared_ptr<const JsonValue> LastEntryValues::of(const ManifestEntry& entry) const {
    const std::lock_guard lock(mutex_);
    if (entry_ != &entry) {
        values_ = std::make_shared<const JsonValue>(entry.json());
        entry_ = &entry;
    }
    return values_;
}

const ManifestDocument* HubState::document() const {
    return parsed ? std::get_if<ManifestDocument>(&*parsed) : nullptr;
}

bool HubState::knows_its_models() const {
    return (hub.has_table || hub.has_sources || settings.discover) && !hub.is_root_unusable;
}

ParsedManifest parse_text(const ManifestText& manifest, unsigned jobs) {
    if (!manifest.text) return nullptr;
    return std::make_shared<const ManifestResult>(parse_manifest(manifest.text.pointer(), jobs));
}

std::shared_ptr<const HubTables> read_hub_tables(const Tree& tree, const Settings& settings,
                                                 unsigned jobs, Diagnostics diagnostics) {
    auto tables = std::make_shared<HubTables>();
    tables->files = tree.list();
    tables->diagnostics = std::move(diagnostics);
    tables->rows = read_hub_rows(tree, settings, jobs, tables->diagnostics);
    if (settings.discover) {
        auto found = discover_unlisted_models(tables->files, settings, tables->rows);
        std::move(found.begin(), found.end(), std::back_inserter(tables->rows.models));
    }
    return tables;
}

std::unique_ptr<HubState> read_hub_state(const Tree& tree, const Settings& settings,
                                         ManifestText manifest, const ReadOptions& options) {
    auto tables = options.tables          ? options.tables
                  : options.manifest_only ? std::make_shared<const HubTables>()
                                          : read_hub_tables(tree, settings, options.jobs);
    ParsedManifest parsed = options.parsed ? options.parsed : parse_text(manifest, options.jobs);
    auto state = std::unique_ptr<HubState>(new HubState{options.part,
                                                        tree,
                                                        settings,
                                                        std::move(manifest),
                                                        std::move(parsed),
                                                        tables,
                                                        tables->files,
                                                        tables->rows,
                                                        tables->diagnostics,
                                                        {{}, {}, ContentTable(tree), {}, {}},
                                                        {}});
    if (options.manifest_only) return state;
    const ManifestDocument* document = state->document();
    const CarriedPorts carried = document ? CarriedPorts::from(*document) : CarriedPorts{};
    DescribeOptions describe{&settings,        &carried, options.inference,
                             options.observer, false,    options.jobs};
    describe.part = options.part;
    describe.known = options.known;
    describe.peeked = options.peeked;
    if (document) {
        state->matches = match_entries(*document, state->hub.models);
        add_files_of(*document, state->hub.models, state->matches, describe);
        describe.present_entry = [&](std::size_t row) {
            const auto entry = state->matches.entry_of_row[row];
            return entry ? document->entries[*entry].entry : Shared<Entry>();
        };
    }
    describe.rows_owner = state->tables;
    state->described = describe_models(tree, state->hub.models, describe);
    name_models(state->described.models, document);
    return state;
}

Place place_of(const HubState& hub, const ManifestEntry& entry, std::string_view field) {
    Place place{hub.manifest.file, entry.line, std::string(field)};
    if (field.empty()) return place;
    const auto values = hub.values.of(entry);
    const JsonValue* value = values.get();
    while (!field.empty() && value) {
        const std::size_t dot = field.find('.');
        value = value->find(field.substr(0, dot));
        if (value && value->line > 0) place.line = value->line;
        field = dot == field.npos ? std::string_view() : field.substr(dot + 1);
    }
    return place;
}

Subject subject_of(const ManifestEntry& entry) {
    const EntryName name = name_of(entry);
    return {to_text(name), name.model_path};
}

Place place_of(const ModelRow& row, int cell) {
    return {row.source_file, row.line, {}, cell};
}

Subject subject_of(const ModelRow& row) {
    return {to_text(EntryName{row.name, row.model_path, row.opset_version}), row.model_path};
}

std::string to_text(const Place& place) {
    return place.line > 0 ? place.file + ":" + std::to_string(place.line) : place.file;
}

bool is_elsewhere(const HubState& hub, const Entry& entry) {
    if (entry.sources.empty() || !entry.content.sha || !safe_path(entry.model_path)) return false;
    const auto* none = hub.described.contents.no_content(entry.model_path);
    return none && none->kind == NoContent::Kind::missing;
}

std::optional<std::string> safe_path(const std::string& path) {
    auto checked = check_hub_path(path);
    if (auto* safe = std::get_if<std::string>(&checked)) return std::move(*safe);
    return std::nullopt;
}

}  // namespace onnxhub
