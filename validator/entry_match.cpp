// SPDX-License-Identifier: Apache-2.0
#include "validator/entry_match.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "manifest/entry_name.h"

namespace onnxhub {
namespace {

/// Which parts of two names must be equal.
struct Key {
    bool path;
    bool model;
    bool opset;
};

constexpr Key keys[] = {
    {true, true, true},   {true, true, false}, {true, false, true},
    {true, false, false}, {false, true, true},
};

/// The lengths make keys of different names different.
std::string key_text(const EntryName& name, const Key& key) {
    std::string text;
    if (key.path) text += std::to_string(name.model_path.size()) + ':' + name.model_path;
    if (key.model) text += std::to_string(name.model.size()) + ':' + name.model;
    if (key.opset) text += std::to_string(name.opset_version);
    return text;
}

/// Names without a partner: positions in their lists, in order.
struct Unmatched {
    std::vector<EntryName> names;
    std::vector<std::size_t> positions;
};

Unmatched all_of(std::vector<EntryName> names) {
    Unmatched all{std::move(names), {}};
    for (std::size_t i = 0; i < all.names.size(); ++i) all.positions.push_back(i);
    return all;
}

void match_by(const Key& key, Unmatched& entries, Unmatched& rows, EntryMatches& matches) {
    if (entries.positions.empty() || rows.positions.empty()) return;
    std::unordered_map<std::string, std::vector<std::size_t>> rows_by_key;
    for (auto row = rows.positions.rbegin(); row != rows.positions.rend(); ++row) {
        rows_by_key[key_text(rows.names[*row], key)].push_back(*row);
    }
    std::vector<std::size_t> left;
    for (const std::size_t entry : entries.positions) {
        const auto found = rows_by_key.find(key_text(entries.names[entry], key));
        if (found == rows_by_key.end() || found->second.empty()) {
            left.push_back(entry);
            continue;
        }
        matches.row_of_entry[entry] = found->second.back();
        matches.entry_of_row[found->second.back()] = entry;
        found->second.pop_back();
    }
    entries.positions = std::move(left);
    std::erase_if(rows.positions,
                  [&](std::size_t row) { return matches.entry_of_row[row].has_value(); });
}

}  // namespace

EntryMatches match_entries(const ManifestDocument& document, const std::vector<ModelRow>& rows) {
    std::vector<EntryName> entry_names;
    for (const ManifestEntry& entry : document.entries) entry_names.push_back(name_of(entry));
    std::vector<EntryName> row_names;
    for (const ModelRow& row : rows) {
        row_names.push_back({row.name, row.model_path, row.opset_version});
    }
    EntryMatches matches;
    matches.row_of_entry.resize(entry_names.size());
    matches.entry_of_row.resize(row_names.size());
    Unmatched entries = all_of(std::move(entry_names));
    Unmatched left_rows = all_of(std::move(row_names));
    for (const Key& key : keys) match_by(key, entries, left_rows, matches);
    return matches;
}

}  // namespace onnxhub
