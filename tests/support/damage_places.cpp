// SPDX-License-Identifier: Apache-2.0
#include "tests/support/damage_places.h"

#include <algorithm>

#include "manifest/hub_path.h"
#include "repository/lfs_pointer.h"

namespace onnxhub::test {
namespace {

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

}  // namespace

int line_in_manifest(const HubFiles& hub, std::size_t index, std::string_view field) {
    return line_in(hub.document().entries[index].json(), field);
}

bool edit_entry(HubFiles& hub, std::size_t index, const std::function<void(std::string&)>& edit) {
    const ManifestDocument document = hub.document();
    if (index >= document.entries.size()) return false;
    const TextSlice& slice = document.entries[index].text;
    const std::string before = slice.copy();
    std::string text = before;
    edit(text);
    hub.manifest().replace(slice.offset(), before.size(), text);
    return text != before;
}

bool replace_once(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) return false;
    text.replace(at, from.size(), to);
    return true;
}

void replace_entry(HubFiles& hub, std::size_t index, const Entry& entry) {
    edit_entry(hub, index, [&](std::string& text) { text = entry_text(to_json(entry)); });
}

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

Expect at_entry(std::string rule, std::string field, std::set<std::string> allowed) {
    return [=](const HubFiles& hub, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert(
            {rule, manifest_path, line_in_manifest(hub, *row.entry, field)});
        consequences.allowed = allowed;
    };
}

Expect at_row(std::string rule, std::set<std::string> allowed) {
    return [=](const HubFiles&, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert({rule, row.readme, row.line});
        consequences.allowed = allowed;
    };
}

const std::set<std::string>& rules_of_other_bytes() {
    static const std::set<std::string> rules{"archive-model-differs", "io-ports-differ",
                                             "graph-opset-differs",   "test-data-differs",
                                             "external-data-missing", "external-data-not-listed",
                                             "release-too-old",       "model-unreadable"};
    return rules;
}

bool is_pointer_file(const HubFiles& hub, const std::string& path) {
    const auto found = hub.files.find(path);
    return found != hub.files.end() &&
           std::holds_alternative<LfsPointer>(parse_lfs_pointer(found->second));
}

}  // namespace onnxhub::test
