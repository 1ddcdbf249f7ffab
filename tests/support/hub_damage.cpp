// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "manifest/hub_path.h"
#include "repository/lfs_pointer.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_builder.h"

namespace onnxhub::test {
namespace {

using Apply = std::function<bool(HubFiles&, std::size_t, Consequences&)>;

// ---- places in the manifest

int line_in(const JsonValue& entry, std::string_view field) {
    const JsonValue* value = &entry;
    int line = entry.line;
    while (!field.empty() && value) {
        const std::size_t dot = field.find('.');
        value = value->find(field.substr(0, dot));
        if (value) line = value->line;
        field = dot == field.npos ? std::string_view() : field.substr(dot + 1);
    }
    return line;
}

int line_in_manifest(const HubFiles& hub, std::size_t index, std::string_view field = {}) {
    return line_in(hub.document().entries[index].json, field);
}

/// Changes the text of the entry by `edit`; false when nothing changes.
bool edit_entry(HubFiles& hub, std::size_t index, const std::function<void(std::string&)>& edit) {
    const ManifestDocument document = hub.document();
    if (index >= document.entries.size()) return false;
    const JsonValue& json = document.entries[index].json;
    std::string text = hub.manifest().substr(json.begin, json.end - json.begin);
    const std::string before = text;
    edit(text);
    hub.manifest().replace(json.begin, json.end - json.begin, text);
    return text != before;
}

bool replace_once(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) return false;
    text.replace(at, from.size(), to);
    return true;
}

/// Changes the value of `"key": ` in the entry's text; line numbers of the manifest do not change.
bool edit_value(HubFiles& hub, std::size_t index, const std::string& key,
                const std::function<std::string(std::string)>& edit) {
    return edit_entry(hub, index, [&](std::string& text) {
        const std::string name = "\"" + key + "\": ";
        const std::size_t at = text.find(name);
        if (at == text.npos) return;
        const std::size_t begin = at + name.size();
        std::size_t end = text.find('\n', begin);
        if (text[end - 1] == ',') --end;
        text.replace(begin, end - begin, edit(text.substr(begin, end - begin)));
    });
}

Apply on_value(const std::string& key, const std::string& field, const std::string& rule,
               std::function<std::string(std::string)> edit, std::set<std::string> allowed = {}) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const std::size_t count = hub.document().entries.size();
        // The position counts only entries that have the field.
        std::size_t seen = 0;
        for (std::size_t i = 0; i < count; ++i) {
            HubFiles damaged = hub;
            if (!edit_value(damaged, i, key, edit)) continue;
            if (seen++ < position) continue;
            const int line = line_in_manifest(hub, i, field);
            hub = std::move(damaged);
            consequences.required.insert({rule, manifest_path, line});
            consequences.allowed = allowed;
            return true;
        }
        return false;
    };
}

std::string flip_digit(std::string value) {
    value[10] = value[10] == '0' ? '1' : '0';
    return value;
}

std::string plus_one(const std::string& value) {
    return std::to_string(std::stoll(value) + 1);
}

// ---- places in READMEs

struct RowPlace {
    std::string readme;
    int line = 0;
    std::string name;
    std::string model_path;
    std::optional<std::size_t> entry;
};

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

/// Rows with an entry, in the order of the manifest, parsed from the READMEs.
std::vector<RowPlace> rows_of(const HubFiles& hub) {
    std::vector<RowPlace> rows;
    const ManifestDocument document = hub.document();
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        const Entry& entry = *document.entries[i].entry;
        for (std::string folder(parent_folder(entry.model_path));; folder = parent_folder(folder)) {
            const std::string readme = folder.empty() ? "README.md" : folder + "/README.md";
            const auto found = hub.files.find(readme);
            if (found != hub.files.end() && !folder.empty()) {
                const std::string link = "(" + entry.model_path.substr(folder.size() + 1) + ")";
                const std::string dotted = "(./" + entry.model_path.substr(folder.size() + 1) + ")";
                const std::vector<std::string> lines = split_lines(found->second);
                for (std::size_t k = 0; k < lines.size(); ++k) {
                    const bool has_link = lines[k].find(link) != lines[k].npos ||
                                          lines[k].find(dotted) != lines[k].npos;
                    if (!has_link || lines[k].find('|') == lines[k].npos) continue;
                    rows.push_back(
                        {readme, static_cast<int>(k) + 1, entry.model, entry.model_path, i});
                    break;
                }
                break;
            }
            if (folder.empty()) break;
        }
    }
    return rows;
}

std::optional<RowPlace> row_at(const HubFiles& hub, std::size_t position) {
    const auto rows = rows_of(hub);
    if (position >= rows.size()) return std::nullopt;
    return rows[position];
}

std::string& line_at(std::vector<std::string>& lines, const RowPlace& row) {
    return lines[static_cast<std::size_t>(row.line) - 1];
}

/// Cells of a row line between its '|', without the separators.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::size_t begin = line.find('|') + 1;
    if (line.find_first_not_of(" \t") != line.find('|')) begin = 0;
    while (begin <= line.size()) {
        const std::size_t end = std::min(line.find('|', begin), line.size());
        cells.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return cells;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == text.npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Column of `name` in the header above the row.
std::optional<std::size_t> column_of(const std::vector<std::string>& lines, int row_line,
                                     const std::string& name, int* header_line = nullptr) {
    for (int line = row_line - 1; line >= 1; --line) {
        const auto cells = cells_of(lines[static_cast<std::size_t>(line) - 1]);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (lower(trimmed(cells[i])) != lower(name)) continue;
            if (header_line) *header_line = line;
            return i;
        }
    }
    return std::nullopt;
}

/// Sets the cell of the column `name` in the row.
bool set_cell(HubFiles& hub, const RowPlace& row, const std::string& name,
              const std::function<std::string(std::string)>& edit) {
    std::vector<std::string> lines = split_lines(hub.files.at(row.readme));
    const auto column = column_of(lines, row.line, name);
    std::string& line = line_at(lines, row);
    auto cells = cells_of(line);
    if (!column || *column >= cells.size()) return false;
    const bool has_edge = line.find_first_not_of(" \t") == line.find('|');
    cells[*column] = " " + edit(trimmed(cells[*column])) + " ";
    std::string edited = has_edge ? "|" : "";
    for (std::size_t i = 0; i < cells.size(); ++i) edited += (i > 0 ? "|" : "") + cells[i];
    if (edited == line) return false;
    line = edited;
    hub.files.at(row.readme) = join_lines(lines);
    return true;
}

Apply on_cell(const std::string& column, std::function<std::string(std::string)> edit,
              std::function<void(const HubFiles&, const RowPlace&, Consequences&)> expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row || !set_cell(hub, *row, column, edit)) return false;
        expect(hub, *row, consequences);
        return true;
    };
}

/// The finding is at the entry of the row, since the manifest is out of date.
std::function<void(const HubFiles&, const RowPlace&, Consequences&)> at_entry(
    std::string rule, std::string field, std::set<std::string> allowed = {}) {
    return [=](const HubFiles& hub, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert(
            {rule, manifest_path, line_in_manifest(hub, *row.entry, field)});
        consequences.allowed = allowed;
    };
}

std::function<void(const HubFiles&, const RowPlace&, Consequences&)> at_row(
    std::string rule, std::set<std::string> allowed = {}) {
    return [=](const HubFiles&, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert({rule, row.readme, row.line});
        consequences.allowed = allowed;
    };
}

// ---- files

/// Rules that may fire when other content replaces a model and is available to read.
const std::set<std::string> other_bytes{
    "archive-model-differs", "io-ports-differ",          "graph-opset-differs", "test-data-differs",
    "external-data-missing", "external-data-not-listed", "release-too-old",     "model-unreadable"};

bool is_pointer_file(const HubFiles& hub, const std::string& path) {
    const auto found = hub.files.find(path);
    return found != hub.files.end() &&
           std::holds_alternative<LfsPointer>(parse_lfs_pointer(found->second));
}

/// Edits the file of the model (or archive) of the row at `position`.
Apply on_model_file(std::function<void(HubFiles&, const std::string&)> edit,
                    std::function<void(const HubFiles&, const RowPlace&, Consequences&)> expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row || !is_pointer_file(hub, row->model_path)) return false;
        expect(hub, *row, consequences);
        edit(hub, row->model_path);
        return true;
    };
}

Apply on_archive_file(std::function<void(HubFiles&, const std::string&)> edit,
                      std::function<void(const HubFiles&, const RowPlace&, Consequences&)> expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::size_t seen = 0;
        for (const RowPlace& row : rows_of(hub)) {
            const auto path = hub.document().entries[*row.entry].entry->archive_path;
            if (!path || seen++ < position) continue;
            expect(hub, row, consequences);
            edit(hub, *path);
            return true;
        }
        return false;
    };
}

/// The finding is at the file; findings at rows and entries that become unreadable are allowed.
std::function<void(const HubFiles&, const RowPlace&, Consequences&)> at_file(std::string rule,
                                                                             int line) {
    return [=](const HubFiles&, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert({rule, row.model_path, line});
        consequences.allowed = {"row-file-unusable"};
    };
}

std::string& pointer(HubFiles& hub, const std::string& path) {
    return hub.files.at(path);
}

bool swap_hashes(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    const auto sha = [&](std::size_t i) { return to_hex(*document.entries[i].entry->content.sha); };
    const std::string one = sha(position);
    const std::string other = sha(position + 1);
    if (one == other) return false;
    edit_entry(hub, position, [&](std::string& text) { replace_once(text, one, other); });
    edit_entry(hub, position + 1, [&](std::string& text) { replace_once(text, other, one); });
    for (const std::size_t i : {position, position + 1}) {
        consequences.required.insert(
            {"model-sha-differs", manifest_path, line_in_manifest(hub, i, "metadata.model_sha")});
    }
    return true;
}

bool swap_files(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    const std::string& one = document.entries[position].entry->model_path;
    const std::string& other = document.entries[position + 1].entry->model_path;
    if (one == other || hub.files.at(one) == hub.files.at(other)) return false;
    std::swap(hub.files.at(one), hub.files.at(other));
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        const std::string& path = document.entries[i].entry->model_path;
        if (path != one && path != other) continue;
        consequences.required.insert(
            {"model-sha-differs", manifest_path, line_in_manifest(hub, i, "metadata.model_sha")});
    }
    consequences.allowed = other_bytes;
    return true;
}

bool delete_entry(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> texts;
    const ManifestDocument document = hub.document();
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        if (i != *row->entry) texts.push_back(document.entries[i].text);
    }
    hub.manifest() = manifest_text(texts);
    consequences.required.insert({"row-without-entry", row->readme, row->line});
    return true;
}

bool duplicate_entry(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position >= document.entries.size()) return false;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        texts.push_back(document.entries[i].text);
        if (i == position) texts.push_back(document.entries[i].text);
    }
    hub.manifest() = manifest_text(texts);
    consequences.required.insert(
        {"duplicate-entry", manifest_path, line_in_manifest(hub, position + 1)});
    return true;
}

bool swap_entries(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    std::vector<std::string> texts;
    for (const ManifestEntry& entry : document.entries) texts.push_back(entry.text);
    if (document.entries[position].entry->model_path ==
        document.entries[position + 1].entry->model_path) {
        return false;
    }
    std::swap(texts[position], texts[position + 1]);
    hub.manifest() = manifest_text(texts);
    consequences.required.insert(
        {"entry-order", manifest_path, line_in_manifest(hub, position + 1)});
    return true;
}

bool duplicate_key(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const bool is_edited = edit_entry(hub, position, [](std::string& text) {
        const std::size_t at = text.find("        \"model_path\"");
        const std::size_t end = text.find('\n', at) + 1;
        text.insert(at, text.substr(at, end - at));
    });
    if (!is_edited) return false;
    consequences.required.insert(
        {"duplicate-key", manifest_path, line_in_manifest(hub, position, "model_path")});
    return true;
}

bool indent_otherwise(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!edit_entry(hub, position,
                    [](std::string& text) { replace_once(text, "        \"", "      \""); })) {
        return false;
    }
    consequences.required.insert(
        {"manifest-format", manifest_path, line_in_manifest(hub, position)});
    return true;
}

bool end_with_a_line_break(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    const int line = 1 + line_of(hub.manifest(), "\n]");
    hub.manifest() += "\n";
    consequences.required.insert({"manifest-format", manifest_path, line});
    return true;
}

bool truncate_json(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position >= 20) return false;
    std::string& text = hub.manifest();
    text.resize(text.size() * (position + 1) / 22);
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    const auto line = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    consequences.required.insert({"json-syntax", manifest_path, line});
    return true;
}

bool conflict_in_json(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position >= document.entries.size()) return false;
    const int line = document.entries[position].json.line;
    std::vector<std::string> lines = split_lines(hub.manifest());
    lines.insert(lines.begin() + line, "<<<<<<< HEAD");
    hub.manifest() = join_lines(lines);
    consequences.required.insert({"json-syntax", manifest_path, line + 1});
    return true;
}

bool remove_member(HubFiles& hub, std::size_t position, const std::string& key,
                   const std::string& end_mark) {
    return edit_entry(hub, position, [&](std::string& text) {
        const std::size_t at = text.find("\"" + key + "\"");
        if (at == text.npos) return;
        const std::size_t begin = text.rfind('\n', at);
        const std::size_t end = text.find(end_mark, at);
        if (end == text.npos) return;
        text.erase(begin, end + end_mark.size() - begin - 1);
    });
}

bool remove_required_key(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!remove_member(hub, position, "onnx_version", ",\n")) return false;
    consequences.required.insert(
        {"manifest-schema", manifest_path, line_in_manifest(hub, position)});
    return true;
}

bool remove_digest(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!remove_member(hub, position, "model_sha", ",\n")) return false;
    consequences.required.insert(
        {"content-not-stated", manifest_path, line_in_manifest(hub, position, "model_path")});
    return true;
}

bool remove_archive_keys(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::size_t seen = 0;
    const std::size_t count = hub.document().entries.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (!hub.document().entries[i].entry->archive_path || seen++ < position) continue;
        Entry entry = *hub.document().entries[i].entry;
        entry.archive_path.reset();
        entry.archive = {};
        const std::string text = entry_text(to_json(entry));
        edit_entry(hub, i, [&](std::string& old) { old = text; });
        consequences.required.insert(
            {"entry-archive-differs", manifest_path, line_in_manifest(hub, i, "metadata")});
        return true;
    }
    return false;
}

Apply on_ports(std::function<void(IoPorts&)> edit) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        if (position >= hub.document().entries.size()) return false;
        Entry entry = *hub.document().entries[position].entry;
        edit(*entry.io_ports);
        const std::string text = entry_text(to_json(entry));
        edit_entry(hub, position, [&](std::string& old) { old = text; });
        consequences.required.insert({"io-ports-differ", manifest_path,
                                      line_in_manifest(hub, position, "metadata.io_ports")});
        return true;
    };
}

bool remove_ports(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position >= hub.document().entries.size()) return false;
    Entry entry = *hub.document().entries[position].entry;
    entry.io_ports.reset();
    const std::string text = entry_text(to_json(entry));
    edit_entry(hub, position, [&](std::string& old) { old = text; });
    consequences.required.insert(
        {"io-ports-missing", manifest_path, line_in_manifest(hub, position, "metadata")});
    return true;
}

/// Makes the hub a change of itself without changed models, in which `edit` changes the entry at
/// the position (counting entries that it can change). The finding is at `field`.
Apply in_a_change(const std::string& rule, const std::string& field,
                  std::function<bool(Entry&)> edit) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::size_t seen = 0;
        const ManifestDocument document = hub.document();
        for (std::size_t i = 0; i < document.entries.size(); ++i) {
            Entry entry = *document.entries[i].entry;
            if (!edit(entry) || seen++ < position) continue;
            hub.base_manifest = hub.manifest();
            hub.objects.clear();
            const std::string text = entry_text(to_json(entry));
            edit_entry(hub, i, [&](std::string& old) { old = text; });
            consequences.required.insert({rule, manifest_path, line_in_manifest(hub, i, field)});
            return true;
        }
        return false;
    };
}

bool edit_settings_in_a_change(HubFiles& hub, std::size_t position, Consequences& consequences) {
    using Kind = ChangedCheck::Kind;
    static const ChangedCheck checks[] = {
        {Kind::settings, "onnxhub.toml", "onnxhub.toml"},
        {Kind::baseline, "ci/known.json", "ci/known.json"},
        {Kind::workflow, ".github/workflows/validate.yml", ".github/workflows/validate.yml"},
        {Kind::workflow, ".github/workflows/validate.yml", ""},  // the hub is a subfolder
    };
    if (position >= std::size(checks)) return false;
    hub.changed_checks = {checks[position]};
    consequences.required.insert({"checks-changed", checks[position].file, 0});
    return true;
}

bool negative_dimension(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    const auto has_dimension = [&](std::size_t i) {
        const auto& ports = document.entries[i].entry->io_ports;
        return ports && !ports->inputs.empty() && !ports->inputs[0].shape.empty();
    };
    while (position < document.entries.size() && !has_dimension(position)) ++position;
    if (position >= document.entries.size()) return false;
    Entry entry = *document.entries[position].entry;
    entry.io_ports->inputs[0].shape[0] = std::int64_t{-1};
    hub.objects.clear();  // otherwise the graph causes more findings
    const std::string text = entry_text(to_json(entry));
    edit_entry(hub, position, [&](std::string& old) { old = text; });
    const int line = line_in_manifest(hub, position, "metadata.io_ports.inputs");
    consequences.required.insert({"negative-dimension", manifest_path, line + 4});
    return true;
}

bool remove_manifest(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files.erase(manifest_path);
    consequences.required.insert({"manifest-missing", manifest_path, 0});
    return true;
}

// ---- README damage

bool delete_row(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.erase(lines.begin() + row->line - 1);
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert(
        {"entry-without-row", manifest_path, line_in_manifest(hub, *row->entry)});
    return true;
}

bool duplicate_row(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.insert(lines.begin() + row->line, line_at(lines, *row));
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert({"row-duplicate", row->readme, row->line + 1});
    return true;
}

bool conflict_in_readme(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.insert(lines.begin() + row->line - 1, "<<<<<<< HEAD");
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert({"readme-conflict", row->readme, row->line});
    return true;
}

Apply on_header(const std::string& column, const std::string& replacement,
                const std::string& rule) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row) return false;
        std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
        int header = 0;
        if (!column_of(lines, row->line, column, &header)) return false;
        std::string& line = lines[static_cast<std::size_t>(header) - 1];
        const std::size_t at = lower(line).find(lower(column));
        line.replace(at, column.size(), replacement);
        hub.files.at(row->readme) = join_lines(lines);
        consequences.required.insert({rule, row->readme, header});
        return true;
    };
}

bool break_folder_link(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::vector<std::string> lines = split_lines(hub.files.at("README.md"));
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    std::size_t seen = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const std::string& folder : folders) {
            const std::size_t at = lines[i].find("](" + folder + ")");
            if (at == lines[i].npos || lines[i].find('|') == lines[i].npos) continue;
            if (seen++ < position) continue;
            const bool is_named_again =
                std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
                    return line.find("](" + folder + ")") != line.npos;
                }) > 1;
            if (is_named_again) continue;
            lines[i].insert(at + 2 + folder.size(), "-moved");
            hub.files.at("README.md") = join_lines(lines);
            consequences.required.insert(
                {"folder-no-readme", "README.md", static_cast<int>(i) + 1});
            consequences.allowed = {"entry-without-row"};
            return true;
        }
    }
    return false;
}

// ---- damage to files

bool delete_model(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    hub.files.erase(row->model_path);
    for (const RowPlace& other : rows_of(hub)) {
        if (other.model_path != row->model_path) continue;
        consequences.required.insert(
            {"model-missing", manifest_path, line_in_manifest(hub, *other.entry, "model_path")});
        consequences.required.insert({"row-file-missing", other.readme, other.line});
    }
    consequences.allowed = {"row-file-missing"};
    return true;
}

bool delete_archive(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::size_t seen = 0;
    for (const RowPlace& row : rows_of(hub)) {
        const auto path = hub.document().entries[*row.entry].entry->archive_path;
        if (!path || seen++ < position) continue;
        hub.files.erase(*path);
        consequences.required.insert(
            {"archive-missing", manifest_path,
             line_in_manifest(hub, *row.entry, "metadata.model_with_data_path")});
        consequences.required.insert({"row-archive-missing", row.readme, row.line});
        consequences.allowed = {"archive-missing", "row-archive-missing"};
        return true;
    }
    return false;
}

bool move_folder(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    if (position >= folders.size()) return false;
    const std::string folder = *std::next(folders.begin(), static_cast<std::ptrdiff_t>(position));
    std::map<std::string, std::string> moved;
    for (const auto& [path, content] : hub.files) {
        const bool is_inside = path.starts_with(folder + "/");
        moved[is_inside ? "archive_of_old/" + path : path] = content;
    }
    for (const RowPlace& row : rows_of(hub)) {
        if (!row.model_path.starts_with(folder + "/")) continue;
        consequences.required.insert(
            {"model-missing", manifest_path, line_in_manifest(hub, *row.entry, "model_path")});
    }
    hub.files = std::move(moved);
    consequences.allowed = {"folder-no-readme",      "archive-missing",  "entry-without-row",
                            "external-file-missing", "row-file-missing", "row-archive-missing"};
    return true;
}

bool move_folder_and_its_link(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::string root = hub.files.at("README.md");
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    if (position >= folders.size()) return false;
    const std::string folder = *std::next(folders.begin(), static_cast<std::ptrdiff_t>(position));
    if (root.find("](" + folder + ")") == root.npos) return false;
    if (!move_folder(hub, position, consequences)) return false;
    while (replace_once(root, "](" + folder + ")", "](archive_of_old/" + folder + ")")) {
    }
    hub.files.at("README.md") = root;
    consequences.allowed.insert("entry-tags-differ");
    consequences.allowed.insert("entry-archive-differs");
    consequences.allowed.insert("row-without-entry");
    return true;
}

bool remove_attributes(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files.erase(".gitattributes");
    for (const auto& [path, content] : hub.files) {
        if (is_pointer_file(hub, path)) consequences.required.insert({"lfs-not-covered", path, 1});
    }
    return true;
}

bool link_in_place_of_model(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    const std::string target = row->model_path + ".real.onnx";
    hub.files[target] = hub.files.at(row->model_path);
    hub.files.erase(row->model_path);
    hub.links[row->model_path] = std::string(file_name(target));
    for (const RowPlace& other : rows_of(hub)) {
        if (other.model_path != row->model_path) continue;
        consequences.required.insert(
            {"symbolic-link", manifest_path, line_in_manifest(hub, *other.entry, "model_path")});
    }
    consequences.allowed = {"symbolic-link"};
    return true;
}

bool clash_of_case(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::string other = row->model_path;
    const std::size_t at = other.find_last_of("abcdefghijklmnopqrstuvwxyz", other.size() - 6);
    if (at == other.npos) return false;
    other[at] = static_cast<char>(other[at] - 'a' + 'A');
    hub.files[other] = hub.files.at(row->model_path);
    // The finding is at the second of the two in the order of the tree.
    consequences.required.insert({"path-case-clash", std::max(other, row->model_path), 0});
    return true;
}

bool raw_bytes_in_git(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row || !is_pointer_file(hub, row->model_path)) return false;
    hub.files.at(row->model_path) = std::string(2000, 'r');
    consequences.required.insert({"pointer-raw-bytes", row->model_path, 0});
    consequences.allowed = other_bytes;
    consequences.allowed.insert("model-sha-differs");
    return true;
}

bool unknown_setting(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files["onnxhub.toml"] += "\n[genrate]\nexclude = []\n";
    consequences.required.insert(
        {"unknown-setting", "onnxhub.toml", line_of(hub.files["onnxhub.toml"], "[genrate]")});
    return true;
}

bool unused_ignore(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files["onnxhub.toml"] +=
        "\n[[validate.ignore]]\nrule = \"json-syntax\"\npath = \"**\"\nreason = \"none\"\n";
    consequences.required.insert({"ignore-unused", "onnxhub.toml",
                                  line_of(hub.files["onnxhub.toml"], "[[validate.ignore]]")});
    return true;
}

// ---- with bytes

Apply on_large(std::function<void(HubFiles&)> edit, std::vector<std::string> at_external,
               bool row_too) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        if (position > 0) return false;
        for (const RowPlace& row : rows_of(hub)) {
            if (row.name != "Large") continue;
            for (const std::string& rule : at_external) {
                consequences.required.insert(
                    {rule, manifest_path,
                     line_in_manifest(hub, *row.entry, "metadata.external_data")});
            }
            if (row_too) {
                consequences.required.insert({"external-data-missing", row.readme, row.line});
            }
        }
        edit(hub);
        return true;
    };
}

/// Replaces the row's model by another one, with matching manifest and archive.
Apply on_model_bytes(std::function<std::string()> make, const std::string& rule, bool at_model,
                     std::set<std::string> allowed) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::vector<RowPlace> rows = rows_of(hub);
        std::erase_if(rows, [](const RowPlace& row) { return row.name == "Large"; });
        if (position >= rows.size()) return false;
        const RowPlace* row = &rows[position];
        hub.put_in_lfs(row->model_path, make());
        if (at_model) {
            consequences.required.insert({rule, row->model_path, 0});
        } else {
            consequences.required.insert({rule, row->readme, row->line});
        }
        consequences.allowed = allowed;
        consequences.allowed.insert("model-sha-differs");
        return true;
    };
}

Apply on_archive_bytes(std::function<std::string(const std::string& model)> make,
                       const std::string& rule, const std::set<std::string>& allowed = {}) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        consequences.allowed = allowed;
        std::size_t seen = 0;
        for (const RowPlace& row : rows_of(hub)) {
            const auto path = hub.document().entries[*row.entry].entry->archive_path;
            if (!path || seen++ < position) continue;
            const auto parsed = parse_lfs_pointer(hub.files.at(row.model_path));
            const auto source = hub.tree().open_lfs_object(std::get<LfsPointer>(parsed));
            hub.put_in_lfs(*path, make(read_whole(*source, 1 << 20, "")));
            hub.regenerate();
            consequences.required.insert(
                {rule, manifest_path,
                 line_in_manifest(hub, *row.entry, "metadata.model_with_data_path")});
            return true;
        }
        return false;
    };
}

bool edit_tag(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!edit_entry(hub, position, [](std::string& text) {
            replace_once(text, "\"tags\": [\n                \"",
                         "\"tags\": [\n                \"x");
        })) {
        return false;
    }
    consequences.required.insert(
        {"entry-tags-differ", manifest_path, line_in_manifest(hub, position, "metadata.tags")});
    return true;
}

std::vector<Damage> make_damages() {
    const auto set_to = [](std::string text) {
        return [text](const std::string&) { return text; };
    };
    const auto quoted_prefix = [](std::string text) {
        return [text](std::string old) { return old.insert(1, text); };
    };
    const std::set<std::string> order{"entry-order"};
    return {
        // the manifest was edited
        {"flip a digit of model_sha",
         on_value("model_sha", "metadata.model_sha", "model-sha-differs", flip_digit)},
        {"flip a digit of the archive's hash",
         on_value("model_with_data_sha", "metadata.model_with_data_sha", "archive-sha-differs",
                  flip_digit)},
        {"change model_bytes",
         on_value("model_bytes", "metadata.model_bytes", "model-size-differs", plus_one)},
        {"change the archive's size",
         on_value("model_with_data_bytes", "metadata.model_with_data_bytes", "archive-size-differs",
                  plus_one)},
        {"swap two hashes", swap_hashes},
        {"edit an opset",
         on_value("opset_version", "opset_version", "entry-opset-differs", set_to("999"))},
        {"edit an ONNX version",
         on_value("onnx_version", "onnx_version", "entry-version-differs", set_to("\"9.9\""))},
        {"edit a name", on_value("model", "model", "entry-name-differs", quoted_prefix("X-"))},
        {"edit a tag", edit_tag},
        {"edit a model path",
         on_value("model_path", "model_path", "model-missing", quoted_prefix("elsewhere/"), order)},
        {"edit an archive path", on_value("model_with_data_path", "metadata.model_with_data_path",
                                          "archive-missing", quoted_prefix("elsewhere/"))},
        {"lead a path out of the hub",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("../"), order)},
        {"make a path absolute",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("/"), order)},
        {"use backslashes",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("a\\\\b/"), order)},
        {"make a path a URL", on_value("model_path", "model_path", "unsafe-path",
                                       quoted_prefix("https://example.org/"), order)},
        {"delete an entry", delete_entry},
        {"duplicate an entry", duplicate_entry},
        {"swap two entries", swap_entries},
        {"duplicate a key", duplicate_key},
        {"indent otherwise", indent_otherwise},
        {"end with a line break", end_with_a_line_break},
        {"truncate the JSON", truncate_json},
        {"leave a conflict in the JSON", conflict_in_json},
        {"put a string where a number belongs",
         on_value("opset_version", "opset_version", "manifest-schema", set_to("\"13\""))},
        {"put a short hash",
         on_value("model_sha", "metadata.model_sha", "manifest-schema", set_to("\"abc\""))},
        {"remove a required key", remove_required_key},
        {"remove a hash", remove_digest},
        {"remove the archive's keys", remove_archive_keys},
        {"remove the manifest", remove_manifest},
        // tables were edited
        {"delete a row", delete_row},
        {"duplicate a row", duplicate_row},
        {"edit a row's opset",
         on_cell("Opset version", set_to("999"),
                 at_entry("entry-opset-differs", "opset_version", {"graph-opset-differs"}))},
        {"edit a row's version",
         on_cell("ONNX version", set_to("9.9"), at_entry("entry-version-differs", "onnx_version"))},
        {"write an invalid version", on_cell("ONNX version", set_to("v9"),
                                             at_row("row-bad-version", {"entry-version-differs"}))},
        {"edit a row's name", on_cell(
                                  "Model", [](std::string name) { return "X-" + name; },
                                  at_entry("entry-name-differs", "model"))},
        {"break a row's link", on_cell(
                                   "Download",
                                   [](std::string cell) {
                                       replace_once(cell, "](", "](elsewhere/");
                                       return cell;
                                   },
                                   at_row("row-file-missing"))},
        {"lead a row's link out of the hub", on_cell(
                                                 "Download",
                                                 [](std::string cell) {
                                                     replace_once(cell, "](",
                                                                  "](../../../../../../../");
                                                     return cell;
                                                 },
                                                 at_row("row-unsafe-path"))},
        {"link a row to another site", on_cell(
                                           "Download",
                                           [](std::string cell) {
                                               replace_once(cell, "](", "](https://example.org/");
                                               return cell;
                                           },
                                           at_row("row-absolute-url"))},
        {"empty a row's link", on_cell("Download", set_to("1 kB"), at_row("row-no-link"))},
        {"empty a row's name", on_cell("Model", set_to(""), at_row("row-no-model"))},
        {"empty a row's version",
         on_cell("ONNX version", set_to(""), at_row("row-no-onnx-version"))},
        {"write an invalid opset", on_cell("Opset version", set_to("v8"), at_row("row-bad-opset"))},
        {"make a row's name a link",
         on_cell(
             "Model", [](std::string name) { return "[" + name + "](https://example.org)"; },
             at_row("row-name-is-link", {"entry-name-differs"}))},
        {"misspell a column", on_header("Opset version", "Opset verison", "column-misspelled")},
        {"rename a column", on_header("Opset version", "Number", "column-missing")},
        {"break a folder's link", break_folder_link},
        {"leave a conflict in a README", conflict_in_readme},
        // files were changed
        {"delete a model", delete_model},
        {"delete an archive", delete_archive},
        {"move a folder", move_folder},
        {"move a folder and its link", move_folder_and_its_link},
        {"swap two models", swap_files},
        {"replace a model",
         on_model_file(
             [](HubFiles& hub, const std::string& path) {
                 pointer(hub, path) = lfs_pointer_text(sha256_of(path), 12345);
             },
             [](const HubFiles& hub, const RowPlace& row, Consequences& consequences) {
                 for (const RowPlace& other : rows_of(hub)) {
                     if (other.model_path != row.model_path) continue;
                     consequences.required.insert(
                         {"model-sha-differs", manifest_path,
                          line_in_manifest(hub, *other.entry, "metadata.model_sha")});
                 }
                 consequences.allowed = other_bytes;
             })},
        {"replace an archive", on_archive_file(
                                   [](HubFiles& hub, const std::string& path) {
                                       pointer(hub, path) =
                                           lfs_pointer_text(sha256_of(path), 12345);
                                   },
                                   at_entry("archive-sha-differs", "metadata.model_with_data_sha",
                                            {"archive-sha-differs"}))},
        {"leave a conflict in a pointer", on_model_file(
                                              [](HubFiles& hub, const std::string& path) {
                                                  std::string& text = pointer(hub, path);
                                                  text = "<<<<<<< HEAD\n" + text + "=======\n" +
                                                         text + ">>>>>>> theirs\n";
                                              },
                                              at_file("pointer-conflict", 1))},
        {"truncate a pointer",
         on_model_file(
             [](HubFiles& hub, const std::string& path) { pointer(hub, path).resize(60); },
             at_file("pointer-truncated", 2))},
        {"damage a pointer's hash", on_model_file(
                                        [](HubFiles& hub, const std::string& path) {
                                            replace_once(pointer(hub, path), "sha256:", "sha256:x");
                                        },
                                        at_file("pointer-malformed", 2))},
        {"give a pointer CR LF", on_model_file(
                                     [](HubFiles& hub, const std::string& path) {
                                         std::string text;
                                         for (const char c : pointer(hub, path))
                                             text += c == '\n' ? "\r\n" : std::string(1, c);
                                         pointer(hub, path) = text;
                                     },
                                     at_file("pointer-crlf", 1))},
        {"cut a pointer's last line break",
         on_model_file(
             [](HubFiles& hub, const std::string& path) { pointer(hub, path).pop_back(); },
             at_file("pointer-not-canonical", 1))},
        {"commit bytes in place of a pointer", raw_bytes_in_git},
        {"remove .gitattributes", remove_attributes},
        {"link in place of a model", link_in_place_of_model},
        {"add a file that differs in case", clash_of_case},
        {"misspell a setting", unknown_setting},
        {"ignore what isn't there", unused_ignore},
        // models and archives have different content
        {"change a port's dimension",
         on_ports([](IoPorts& ports) { ports.inputs[0].shape[0] = std::int64_t{77}; }), true},
        {"rename a port", on_ports([](IoPorts& ports) { ports.outputs[0].name += "x"; }), true},
        {"change a port's type",
         on_ports([](IoPorts& ports) { ports.inputs[0].type = "tensor(int8)"; }), true},
        {"drop a port", on_ports([](IoPorts& ports) { ports.outputs.clear(); }), true},
        {"remove the ports", remove_ports, true},
        {"remove the ports in a change", in_a_change("ports-changed-without-model", "metadata",
                                                     [](Entry& entry) {
                                                         const bool has_any =
                                                             entry.io_ports.has_value();
                                                         entry.io_ports.reset();
                                                         return has_any;
                                                     })},
        {"falsify the ports in a change",
         in_a_change("ports-changed-without-model", "metadata.io_ports",
                     [](Entry& entry) {
                         if (!entry.io_ports || entry.io_ports->inputs.empty()) return false;
                         Shape& shape = entry.io_ports->inputs[0].shape;
                         if (shape.empty()) return false;
                         shape[0] = std::int64_t{77};
                         return true;
                     })},
        {"unlist external data in a change",
         in_a_change("external-data-changed-without-model", "metadata",
                     [](Entry& entry) {
                         const bool has_any = !entry.external_data.empty();
                         entry.external_data.clear();
                         return has_any;
                     }),
         true},  // the official zoo has no external data
        {"edit settings in a change", edit_settings_in_a_change},
        {"write a negative dimension", negative_dimension},
        {"delete external data",
         on_large([](HubFiles& hub) { hub.files.erase("text/large/large.data"); },
                  {"external-file-missing"}, true),
         true},
        {"replace external data",
         on_large([](HubFiles& hub) { hub.put_in_lfs("text/large/large.data", "other"); },
                  {"external-file-differs"}, false),
         true},
        {"replace a model by garbage",
         on_model_bytes([] { return std::string(3000, 'g'); }, "model-unreadable", true,
                        {"archive-model-differs"}),
         true},
        {"replace a model by one of another opset",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {1})
                     .node("Relu", {"x"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "graph-opset-differs", false, other_bytes),
         true},
        {"replace a model by one of a newer IR version",
         on_model_bytes(
             [] {
                 return ModelBuilder(3, 99)
                     .input("x", {1})
                     .node("Relu", {"x"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "release-too-old", false, other_bytes),
         true},
        {"let external data point outside of the hub",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {4})
                     .external_initializer("w", {4}, "../../../../etc/passwd")
                     .node("Add", {"x", "w"}, {"y"})
                     .output("y", {4})
                     .bytes();
             },
             "external-data-unsafe", false, other_bytes),
         true},
        {"replace a model by one that breaks ONNX's rules",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {1})
                     .node("Relu", {"z"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "checker-failed", true,
             {"archive-model-differs", "io-ports-differ", "graph-opset-differs",
              "test-data-differs", "release-too-old"}),
         true},
        {"pack garbage",
         on_archive_bytes([](const std::string&) { return std::string(900, 'g'); },
                          "archive-unreadable"),
         true},
        {"pack no model",
         on_archive_bytes(
             [](const std::string&) {
                 return ArchiveBuilder().file("test_data_set_0/input_0.pb", "").gzip();
             },
             "archive-no-model", {"test-data-differs"}),
         true},
        {"pack another model",
         on_archive_bytes(
             [](const std::string& model) { return archive_of(model + "x", {1}, {1}); },
             "archive-model-differs", {"test-data-differs"}),
         true},
        {"pack no test data",
         on_archive_bytes(
             [](const std::string& model) {
                 return ArchiveBuilder().file("m/model.onnx", model).gzip();
             },
             "test-data-missing"),
         true},
        {"pack test data of another shape",
         on_archive_bytes(
             [](const std::string& model) {
                 return archive_of(model, {9, 9, 9}, {1, 2});
             },
             "test-data-differs"),
         true},
        {"pack a path outside of the archive",
         on_archive_bytes(
             [](const std::string& model) {
                 return ArchiveBuilder().file("m/model.onnx", model).file("../out", "x").gzip();
             },
             "archive-unsafe", {"test-data-missing"}),
         true},
    };
}

double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string text_of(const Finding& finding) {
    return fmt::format("{} {}:{}: {}", finding.rule, finding.file, finding.line, finding.message);
}

void judge(const std::vector<Finding>& findings, const std::set<std::string>& known,
           const Consequences& consequences, const std::string& where, DamageScore& result) {
    const std::vector<std::string> prints = message_fingerprints(findings);
    std::set<ExpectedFinding> seen;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        const ExpectedFinding place{finding.rule, finding.file, finding.line};
        seen.insert(place);
        if (known.contains(prints[i]) || finding.severity == Severity::note) continue;
        result.reported += 1;
        if (consequences.required.contains(place) || consequences.allowed.contains(finding.rule)) {
            result.explained += 1;
        } else {
            result.complaints.push_back(where + ": not expected: " + text_of(finding));
        }
    }
    for (const ExpectedFinding& expected : consequences.required) {
        result.required += 1;
        if (seen.contains(expected)) {
            result.found += 1;
        } else {
            result.complaints.push_back(fmt::format("{}: missed {} {}:{}", where, expected.rule,
                                                    expected.file, expected.line));
        }
    }
}

}  // namespace

const std::vector<Damage>& all_damages() {
    static const std::vector<Damage> damages = make_damages();
    return damages;
}

std::set<std::string> rules_of_damages(const HubFiles& healthy) {
    std::set<std::string> rules;
    for (const Damage& damage : all_damages()) {
        HubFiles hub = healthy;
        Consequences consequences;
        if (!damage.apply(hub, 0, consequences)) continue;
        for (const ExpectedFinding& expected : consequences.required) rules.insert(expected.rule);
    }
    return rules;
}

DamageScore score(const Damage& damage, const HubFiles& healthy, const std::vector<Finding>& known,
                  std::size_t positions, std::size_t stride, ModelChecker* checker) {
    std::set<std::string> prints;
    for (std::string& print : message_fingerprints(known)) prints.insert(std::move(print));
    DamageScore result;
    for (std::size_t i = 0; i < positions; ++i) {
        HubFiles hub = healthy;
        Consequences consequences;
        if (!damage.apply(hub, i * stride, consequences)) {
            if (i == 0) result.complaints.push_back("can't be applied");
            break;
        }
        result.positions += 1;
        judge(validate_files(hub, checker), prints, consequences,
              fmt::format("{} at {}", damage.name, i * stride), result);
    }
    return result;
}

std::string score_table(const std::vector<std::pair<const char*, DamageScore>>& scores) {
    std::string table =
        fmt::format("{:46} {:>9} {:>8} {:>10}\n", "damage", "positions", "recall", "precision");
    DamageScore total;
    for (const auto& [name, one] : scores) {
        table += fmt::format("{:46} {:>9} {:>8.3f} {:>10.3f}\n", name, one.positions,
                             ratio(one.found, one.required), ratio(one.explained, one.reported));
        total.positions += one.positions;
        total.required += one.required;
        total.found += one.found;
        total.reported += one.reported;
        total.explained += one.explained;
    }
    return table + fmt::format("{:46} {:>9} {:>8.3f} {:>10.3f}\n",
                               fmt::format("all {} kinds", scores.size()), total.positions,
                               ratio(total.found, total.required),
                               ratio(total.explained, total.reported));
}

}  // namespace onnxhub::test
