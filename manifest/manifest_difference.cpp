// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_difference.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/escaping.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr std::size_t shown_value_length = 72;  // characters, so that a line fits a terminal

/// Entries by name and path; entries with the same name and path are in document order.
using EntriesByName = std::multimap<std::pair<std::string, std::string>, std::size_t>;

EntriesByName index_entries(const ManifestDocument& document) {
    EntriesByName index;
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        const EntryName name = name_of(document.entries[i]);
        index.emplace(std::pair(name.model, name.model_path), i);
    }
    return index;
}

/// Removes from `index` the entry of `before` that corresponds to `after`, and returns it.
std::optional<std::size_t> take_match(EntriesByName& index, const ManifestDocument& before,
                                      const EntryName& after, bool same_opset) {
    auto [first, last] = index.equal_range({after.model, after.model_path});
    const auto found = std::find_if(first, last, [&](const auto& candidate) {
        return !same_opset ||
               name_of(before.entries[candidate.second]).opset_version == after.opset_version;
    });
    if (found == last) return std::nullopt;
    const std::size_t i = found->second;
    index.erase(found);
    return i;
}

/// JSON on one line.
std::string one_line_json(const JsonValue& value) {
    std::string text;
    bool skips = false;
    for (const char c : json_text(value)) {
        if (c == '\n') skips = true;
        if (skips && (c == '\n' || c == ' ')) continue;
        skips = false;
        text += c;
    }
    return text;
}

/// From `begin`, shortened if it is long.
std::string shortened(const std::string& text, std::size_t begin = 0) {
    const std::string start = begin > 0 ? "..." : "";
    const std::size_t room = shown_value_length - start.size();
    if (text.size() - begin <= room) return start + text.substr(begin);
    return start + text.substr(begin, room - 3) + "...";
}

/// JSON on one line, shortened if it is long.
std::string short_json(const JsonValue& value) {
    return shortened(one_line_json(value));
}

/// Long values begin shortly before their first difference, if that would not be shown otherwise.
FieldDifference field_difference(std::string field, const JsonValue& before,
                                 const JsonValue& after) {
    constexpr std::size_t context = 24;
    const std::string old = one_line_json(before), now = one_line_json(after);
    const auto [in_old, in_now] = std::ranges::mismatch(old, now);
    const auto same = static_cast<std::size_t>(in_old - old.begin());
    std::size_t begin = same < shown_value_length - 8 ? 0 : same - context;
    while (begin > 0 && (static_cast<unsigned char>(old[begin]) & 0xc0) == 0x80) --begin;
    return {std::move(field), shortened(old, begin), shortened(now, begin)};
}

/// Custom keys that are not plain words are quoted.
std::string shown_key(const std::string& key) {
    const bool is_plain = !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-' || c == '.';
    });
    return is_plain ? key : '"' + printable(key) + '"';
}

/// Index by key, since an object may have very many members and each is looked up.
std::unordered_map<std::string_view, const JsonValue*> by_key(const JsonObject& members) {
    std::unordered_map<std::string_view, const JsonValue*> values;
    for (const JsonMember& member : members) values.try_emplace(member.key, &member.value);
    return values;
}

void compare_members(const JsonValue& before, const JsonValue& after, const std::string& prefix,
                     std::vector<FieldDifference>& differences) {
    const auto after_values = by_key(*after.object());
    const auto before_values = by_key(*before.object());
    for (const JsonMember& member : *before.object()) {
        const auto found = after_values.find(member.key);
        const JsonValue* now = found == after_values.end() ? nullptr : found->second;
        const std::string field = prefix + shown_key(member.key);
        if (!now) {
            differences.push_back({field, short_json(member.value), ""});
        } else if (member.key == "metadata" && now->object() && member.value.object()) {
            compare_members(member.value, *now, "metadata.", differences);
        } else if (!(*now == member.value)) {
            differences.push_back(field_difference(field, member.value, *now));
        }
    }
    for (const JsonMember& member : *after.object()) {
        if (before_values.contains(member.key)) continue;
        differences.push_back({prefix + shown_key(member.key), "", short_json(member.value)});
    }
}

}  // namespace

std::vector<EntryDifference> compare_manifests(const ManifestDocument& before,
                                               const ManifestDocument& after) {
    EntriesByName index = index_entries(before);
    std::vector<std::optional<std::size_t>> match(after.entries.size());
    for (const bool same_opset : {true, false}) {
        for (std::size_t i = 0; i < after.entries.size(); ++i) {
            if (match[i]) continue;
            match[i] = take_match(index, before, name_of(after.entries[i]), same_opset);
        }
    }
    std::vector<EntryDifference> differences;
    for (std::size_t i = 0; i < after.entries.size(); ++i) {
        EntryDifference difference{EntryDifference::Kind::added, name_of(after.entries[i]), {}};
        if (match[i]) {
            if (before.entries[*match[i]].text == after.entries[i].text) continue;
            const JsonValue old = before.entries[*match[i]].json();
            const JsonValue now = after.entries[i].json();
            if (old == now) continue;
            difference.kind = EntryDifference::Kind::changed;
            if (old.object() && now.object()) {
                compare_members(old, now, "", difference.fields);
            } else {
                difference.fields.push_back({"entry", short_json(old), short_json(now)});
            }
            if (difference.fields.empty()) continue;  // only the order of keys differs
        }
        differences.push_back(std::move(difference));
    }
    std::set<std::size_t> removed;
    for (const auto& [name, i] : index) removed.insert(i);
    for (const std::size_t i : removed) {
        differences.push_back({EntryDifference::Kind::removed, name_of(before.entries[i]), {}});
    }
    return differences;
}

JsonValue to_json(const std::vector<EntryDifference>& differences) {
    constexpr const char* names[] = {"added", "removed", "changed"};
    JsonArray entries;
    for (const EntryDifference& difference : differences) {
        const EntryName& entry = difference.entry;
        JsonObject members{
            {"change", json_string(names[static_cast<std::size_t>(difference.kind)])},
            {"model", json_string(printable(entry.model))},
            {"model_path", json_string(printable(entry.model_path))},
            {"opset_version", json_integer(entry.opset_version)}};
        JsonArray fields;
        for (const FieldDifference& field : difference.fields) {
            JsonObject sides{{"field", json_string(field.field)}};
            if (!field.before.empty()) sides.push_back({"before", json_string(field.before)});
            if (!field.after.empty()) sides.push_back({"after", json_string(field.after)});
            fields.push_back(json_object(std::move(sides)));
        }
        if (!fields.empty()) members.push_back({"fields", json_array(std::move(fields))});
        entries.push_back(json_object(std::move(members)));
    }
    return json_array(std::move(entries));
}

std::string to_text(const EntryDifference& difference) {
    using Kind = EntryDifference::Kind;
    const char* sign = difference.kind == Kind::added     ? "+ "
                       : difference.kind == Kind::removed ? "- "
                                                          : "~ ";
    std::string text = sign + to_text(difference.entry);
    for (const FieldDifference& field : difference.fields) {
        text += "\n    " + field.field + ": ";
        if (field.before.empty()) {
            text += "now " + field.after;
        } else if (field.after.empty()) {
            text += "removed, was " + field.before;
        } else {
            text += field.before + " -> " + field.after;
        }
    }
    return text;
}

}  // namespace onnxhub
