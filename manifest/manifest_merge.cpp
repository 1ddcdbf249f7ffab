// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_merge.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "base/escaping.h"
#include "manifest/diagnostic.h"
#include "manifest/entry_keys.h"

namespace onnxhub {
namespace {

enum Version { base, ours, theirs, version_count };

/// The entry in each version; null where a version does not have it.
using Versions = std::array<const ManifestEntry*, version_count>;

struct Match {
    Versions versions{};
    /// Other entries have the same path, name and opset, so the match is a guess when values
    /// differ.
    bool has_twins = false;
};

bool are_same(const ManifestEntry* one, const ManifestEntry* other) {
    if (!one || !other) return one == other;
    return one->text == other->text || one->json() == other->json();
}

/// A key of an entry or of its metadata.
struct FieldName {
    bool in_metadata = false;
    std::string key;

    auto operator<=>(const FieldName&) const = default;
};

/// The values of an entry and of its metadata, in the order of the entry.
using Fields = std::vector<std::pair<FieldName, const JsonValue*>>;

bool has_readable_metadata(const JsonValue& entry) {
    const JsonValue* metadata = entry.find(key::metadata);
    return !metadata || metadata->object();
}

Fields fields_of(const JsonValue& entry) {
    Fields fields;
    for (const JsonMember& member : *entry.object()) {
        if (member.key != key::metadata || !member.value.object()) {
            fields.push_back({{false, member.key}, &member.value});
            continue;
        }
        for (const JsonMember& inner : *member.value.object()) {
            fields.push_back({{true, inner.key}, &inner.value});
        }
    }
    return fields;
}

/// Fields that must change together have one unit, named after its first field.
FieldName unit_of(const FieldName& field) {
    constexpr std::string_view of_content[] = {key::model_bytes,  key::io_ports,
                                               key::extra_ports,  key::external_data,
                                               key::onnx_version, key::opset_version};
    constexpr std::string_view of_archive[] = {key::archive_sha, key::archive_bytes};
    const bool is_top_content = field.key == key::onnx_version || field.key == key::opset_version;
    if (field.in_metadata != is_top_content) {
        if (std::ranges::find(of_content, field.key) != std::end(of_content)) {
            return {true, std::string(key::model_sha)};
        }
    }
    if (field.in_metadata && std::ranges::find(of_archive, field.key) != std::end(of_archive)) {
        return {true, std::string(key::archive_path)};
    }
    return field;
}

using Unit = std::map<FieldName, const JsonValue*>;

bool are_same(const Unit& one, const Unit& other) {
    return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
        return a.first == b.first && *a.second == *b.second;
    });
}

/// The keys whose values differ: "model_sha, model_bytes".
std::string differing_keys(const Unit& one, const Unit& other) {
    std::set<std::string> keys;
    for (const auto& [unit, opposite] : {std::pair(&one, &other), std::pair(&other, &one)}) {
        for (const auto& [field, value] : *unit) {
            const auto found = opposite->find(field);
            if (found == opposite->end() || !(*found->second == *value)) keys.insert(field.key);
        }
    }
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + printable(key);
    return text;
}

/// The values of all units in one version.
std::map<FieldName, Unit> units_of(const std::optional<JsonValue>& entry) {
    std::map<FieldName, Unit> units;
    if (!entry) return units;
    for (const auto& [field, value] : fields_of(*entry)) units[unit_of(field)][field] = value;
    return units;
}

/// Builds the merged entry. Keys are in the order of `pattern`, new ones by name; then the format's
/// order is applied.
JsonValue assemble_entry(const JsonValue& pattern, Unit values) {
    JsonObject top;
    JsonObject metadata;
    const auto place = [&](const FieldName& field, const JsonValue& value) {
        (field.in_metadata ? metadata : top).push_back({field.key, value});
    };
    for (const auto& [field, unused] : fields_of(pattern)) {
        const auto found = values.find(field);
        if (found == values.end()) continue;
        place(field, *found->second);
        values.erase(found);
    }
    for (const auto& [field, value] : values) place(field, *value);
    if (!metadata.empty()) {
        top.push_back({std::string(key::metadata), json_object(std::move(metadata))});
    }
    const JsonValue entry = json_object(std::move(top));
    return merge_entry(entry, entry);
}

/// Combines the changes of both sides, or returns why they conflict.
std::variant<JsonValue, std::string> merge_fields(const Versions& versions) {
    std::array<std::optional<JsonValue>, version_count> values;
    for (int version = 0; version < version_count; ++version) {
        if (!versions[version]) continue;
        const JsonValue& value = values[version].emplace(versions[version]->json());
        if (!value.object()) return "both change it, and it is not an object";
    }
    if (!std::ranges::all_of(values, [](const std::optional<JsonValue>& value) {
            return !value || has_readable_metadata(*value);
        })) {
        return "both change it, and its metadata is not an object";
    }
    std::array<std::map<FieldName, Unit>, version_count> units;
    std::set<FieldName> names;
    for (int version = 0; version < version_count; ++version) {
        units[version] = units_of(values[version]);
        for (const auto& [name, unit] : units[version]) names.insert(name);
    }
    Unit merged;
    std::string conflicts;
    for (const FieldName& name : names) {
        const Unit& was = units[base][name];
        const Unit& one = units[ours][name];
        const Unit& other = units[theirs][name];
        if (are_same(one, other) || are_same(other, was)) {
            merged.insert(one.begin(), one.end());
        } else if (are_same(one, was)) {
            merged.insert(other.begin(), other.end());
        } else {
            conflicts += (conflicts.empty() ? "" : ", ") + differing_keys(one, other);
        }
    }
    if (!conflicts.empty()) {
        return (versions[base] ? "both change " : "both add it with a different ") + conflicts;
    }
    int pattern = base;
    if (!versions[base]) {
        const bool is_ours_first = versions[ours]->text.view() <= versions[theirs]->text.view();
        pattern = is_ours_first ? ours : theirs;
    }
    return assemble_entry(*values[pattern], std::move(merged));
}

/// The result for one entry: its text, removal, or a conflict.
struct Outcome {
    EntryName name;
    std::string text;       ///< empty: removed, or in conflict
    std::string conflict;   ///< the reason; empty: no conflict
    std::string ours_text;  ///< set in a conflict, unless that side removed the entry
    std::string theirs_text;
};

std::string text_of(const ManifestEntry* entry) {
    return entry ? entry->text.copy() : std::string();
}

Outcome conflict_of(const Versions& versions, EntryName name, std::string reason) {
    return {std::move(name), "", std::move(reason), text_of(versions[ours]),
            text_of(versions[theirs])};
}

Outcome merge_one(const Match& match) {
    const Versions& versions = match.versions;
    const ManifestEntry* any = nullptr;  // does not depend on which side is ours
    for (const ManifestEntry* entry : versions) {
        if (!any) any = entry;
    }
    EntryName name = name_of(*any);
    if (are_same(versions[ours], versions[theirs])) {  // the layout may differ
        return {name, std::min(text_of(versions[ours]), text_of(versions[theirs])), "", "", ""};
    }
    if (are_same(versions[theirs], versions[base])) {
        return {name, text_of(versions[ours]), "", "", ""};
    }
    if (are_same(versions[ours], versions[base])) {
        return {name, text_of(versions[theirs]), "", "", ""};
    }
    if (!versions[ours] || !versions[theirs]) {
        return conflict_of(versions, std::move(name), "one side changes it, the other removes it");
    }
    if (match.has_twins) {
        return conflict_of(versions, std::move(name),
                           "both change it, and other entries have the same path, name and opset");
    }
    auto merged = merge_fields(versions);
    if (auto* reason = std::get_if<std::string>(&merged)) {
        return conflict_of(versions, std::move(name), std::move(*reason));
    }
    return {name, entry_text(std::get<JsonValue>(merged)), "", "", ""};
}

using Group = std::vector<const ManifestEntry*>;  ///< entries of one path, in document order

/// Identifies an entry of a path: its name, and as JSON the parts that are not valid in a name.
using EntryKey = std::pair<EntryName, std::string>;

EntryKey key_of(const ManifestEntry& entry) {
    const JsonValue json = entry.json();
    if (!json.object()) return {name_of(entry), json_text(json)};
    std::string odd;
    for (const std::string_view name : {key::model, key::model_path, key::opset_version}) {
        const JsonValue* value = json.find(name);
        const bool is_readable = value && (name == key::opset_version ? value->integer().has_value()
                                                                      : !!value->string());
        if (is_readable) continue;
        odd.append(name).append(value ? "=" + json_text(*value) : " is missing");
        odd += '\n';
    }
    return {name_of(entry), std::move(odd)};
}

/// Matches the only entry of a path, even if its name or its opset changed.
std::optional<Versions> match_alone(const std::array<Group, version_count>& groups) {
    if (groups[base].size() != 1) return std::nullopt;
    const JsonValue was = groups[base].front()->json();
    const auto has_same = [&](const JsonValue& now, std::string_view name) {
        const JsonValue* one = was.find(name);
        const JsonValue* other = now.find(name);
        return one && other ? *one == *other : one == other;
    };
    Versions versions{};
    for (int version = 0; version < version_count; ++version) {
        const Group& group = groups[version];
        if (group.empty()) continue;
        const JsonValue now = group.front()->json();
        if (group.size() > 1 || !was.object() || !now.object()) return std::nullopt;
        if (!has_same(now, key::model) && !has_same(now, key::opset_version)) return std::nullopt;
        versions[version] = group.front();
    }
    return versions;
}

/// Pairs the entries of two versions that have the same key: first those with equal values, then
/// the others in document order. Returns the partner of each entry of `one`, or null, and removes
/// the partners from `other`.
Group take_partners(const Group& one, Group& other) {
    Group partners(one.size(), nullptr);
    if (one.size() > 1 || other.size() > 1) {
        std::map<std::string, std::vector<std::size_t>>
            by_values;  // equal entries in reverse order
        for (std::size_t i = one.size(); i-- > 0;)
            by_values[json_text(one[i]->json())].push_back(i);
        std::erase_if(other, [&](const ManifestEntry* entry) {
            const auto found = by_values.find(json_text(entry->json()));
            if (found == by_values.end() || found->second.empty()) return false;
            partners[found->second.back()] = entry;
            found->second.pop_back();
            return true;
        });
    }
    auto rest = other.begin();
    for (const ManifestEntry*& partner : partners) {
        if (!partner && rest != other.end()) partner = *rest++;
    }
    other.erase(other.begin(), rest);
    return partners;
}

/// Matches entries with the same key. Entries of the base come first, in the order of the base.
std::vector<Match> match_equal_keys(std::array<Group, version_count> groups) {
    const bool has_twins =
        std::ranges::any_of(groups, [](const Group& group) { return group.size() > 1; });
    const Group ours_of_base = take_partners(groups[base], groups[ours]);
    const Group theirs_of_base = take_partners(groups[base], groups[theirs]);
    std::vector<Match> matched;
    const auto add = [&](const Versions& versions) { matched.push_back({versions, has_twins}); };
    for (std::size_t i = 0; i < groups[base].size(); ++i) {
        add({groups[base][i], ours_of_base[i], theirs_of_base[i]});
    }
    const Group& added = groups[ours];
    const Group added_too = take_partners(added, groups[theirs]);
    for (std::size_t i = 0; i < added.size(); ++i) add({nullptr, added[i], added_too[i]});
    for (const ManifestEntry* entry : groups[theirs]) add({nullptr, nullptr, entry});
    return matched;
}

/// Matches entries of one path. Entries of the base come first, in its order, then new ones by key.
std::vector<Match> match_entries(const std::array<Group, version_count>& groups) {
    if (const auto alone = match_alone(groups)) return {{*alone, false}};
    std::map<EntryKey, std::array<Group, version_count>> by_key;
    for (int version = 0; version < version_count; ++version) {
        for (const ManifestEntry* entry : groups[version]) {
            by_key[key_of(*entry)][version].push_back(entry);
        }
    }
    std::map<const ManifestEntry*, Match> of_base;
    std::vector<Match> added;
    for (auto& [key, equal_ones] : by_key) {
        for (const Match& match : match_equal_keys(std::move(equal_ones))) {
            if (match.versions[base]) {
                of_base.emplace(match.versions[base], match);
            } else {
                added.push_back(match);
            }
        }
    }
    std::vector<Match> result;
    for (const ManifestEntry* entry : groups[base]) result.push_back(of_base.at(entry));
    result.insert(result.end(), added.begin(), added.end());
    return result;
}

bool have_same_texts(const Group& one, const Group& other) {
    return std::ranges::equal(one, other, {}, &ManifestEntry::text, &ManifestEntry::text);
}

void merge_group(const std::array<Group, version_count>& groups, std::vector<Outcome>& outcomes) {
    const Group* changed = nullptr;  // when only one side changed the group, its order is kept
    if (have_same_texts(groups[theirs], groups[base])) {
        changed = &groups[ours];
    } else if (have_same_texts(groups[ours], groups[base]) ||
               have_same_texts(groups[ours], groups[theirs])) {
        changed = &groups[theirs];
    }
    if (changed) {
        for (const ManifestEntry* entry : *changed) {
            outcomes.push_back({name_of(*entry), entry->text.copy(), "", "", ""});
        }
        return;
    }
    for (const Match& match : match_entries(groups)) {
        Outcome outcome = merge_one(match);
        if (!outcome.text.empty() || !outcome.conflict.empty()) {
            outcomes.push_back(std::move(outcome));
        }
    }
}

std::string entry_lines(const std::vector<std::string>& entries, bool is_end_of_list) {
    std::string text;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        text += "    " + entries[i] + (is_end_of_list && i + 1 == entries.size() ? "\n" : ",\n");
    }
    return text;
}

/// Writes the outcomes from `first` to before `last` as one conflict.
std::string conflict_block(const std::vector<Outcome>& outcomes, std::size_t first,
                           std::size_t last) {
    std::vector<std::string> ours;
    std::vector<std::string> theirs;
    for (std::size_t i = first; i < last; ++i) {
        const Outcome& outcome = outcomes[i];
        const bool is_conflict = !outcome.conflict.empty();
        const std::string& our_text = is_conflict ? outcome.ours_text : outcome.text;
        const std::string& their_text = is_conflict ? outcome.theirs_text : outcome.text;
        if (!our_text.empty()) ours.push_back(our_text);
        if (!their_text.empty()) theirs.push_back(their_text);
    }
    const bool is_end = last == outcomes.size();
    return "<<<<<<< ours\n" + entry_lines(ours, is_end) + "=======\n" +
           entry_lines(theirs, is_end) + ">>>>>>> theirs\n";
}

/// Start of the last conflict block. When a side removed the last entry, the comma before it
/// belongs to the conflict, and so does the entry that has this comma.
std::size_t begin_of_last_block(const std::vector<Outcome>& outcomes) {
    std::size_t begin = outcomes.size();
    bool has_removal = false;
    while (begin > 0 && !outcomes[begin - 1].conflict.empty()) {
        --begin;
        has_removal |= outcomes[begin].ours_text.empty() || outcomes[begin].theirs_text.empty();
    }
    if (!has_removal) return outcomes.size();
    return begin > 0 ? begin - 1 : begin;
}

/// The document with conflict markers. Choosing the same side in all conflicts gives valid JSON.
std::string text_with_conflicts(const std::vector<Outcome>& outcomes) {
    const std::size_t last_block = begin_of_last_block(outcomes);
    std::string text = "[\n";
    for (std::size_t i = 0; i < last_block; ++i) {
        text += outcomes[i].conflict.empty()
                    ? entry_lines({outcomes[i].text}, i + 1 == outcomes.size())
                    : conflict_block(outcomes, i, i + 1);
    }
    if (last_block < outcomes.size()) text += conflict_block(outcomes, last_block, outcomes.size());
    return text + "]";
}

/// Whether the document has CRLF line ends; nullopt when each entry is on one line.
std::optional<bool> has_crlf(const ManifestDocument& document) {
    for (const ManifestEntry& entry : document.entries) {
        const std::string_view text = entry.text;
        const std::size_t end = text.find('\n');
        if (end != text.npos) return end > 0 && text[end - 1] == '\r';
    }
    return std::nullopt;
}

/// `text` with the same line end everywhere. JSON values contain no line breaks, so no value
/// changes.
std::string with_line_ends(const std::string& text, std::string_view line_end) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c != '\n') {
            result += c;
            continue;
        }
        if (result.ends_with('\r')) result.pop_back();
        result += line_end;
    }
    return result;
}

/// Entries keep their bytes, including the line ends of their version, so the line ends are
/// unified.
std::string with_one_line_end(std::string text, const ManifestDocument* const (&documents)[3]) {
    if (text.find('\r') == std::string::npos) return text;
    bool all_have_crlf = true;
    for (const ManifestDocument* document : documents) {
        all_have_crlf &= has_crlf(*document).value_or(true);
    }
    return with_line_ends(text, all_have_crlf ? "\r\n" : "\n");
}

}  // namespace

MergedManifest merge_manifests(const ManifestDocument& base_document,
                               const ManifestDocument& our_document,
                               const ManifestDocument& their_document) {
    std::map<std::string, std::array<Group, version_count>> by_path;
    const ManifestDocument* const documents[] = {&base_document, &our_document, &their_document};
    for (int version = 0; version < version_count; ++version) {
        for (const ManifestEntry& entry : documents[version]->entries) {
            by_path[name_of(entry).model_path][version].push_back(&entry);
        }
    }
    std::vector<Outcome> outcomes;
    for (const auto& [path, groups] : by_path) merge_group(groups, outcomes);

    MergedManifest merged;
    merged.entry_count = outcomes.size();
    for (const Outcome& outcome : outcomes) {
        if (outcome.conflict.empty()) continue;
        merged.conflicts.push_back({outcome.name, outcome.conflict});
    }
    if (!merged.conflicts.empty()) {
        merged.text = with_one_line_end(text_with_conflicts(outcomes), documents);
        return merged;
    }
    std::vector<std::string> texts;
    texts.reserve(outcomes.size());
    for (Outcome& outcome : outcomes) texts.push_back(std::move(outcome.text));
    merged.text = with_one_line_end(manifest_text(texts), documents);
    return merged;
}

}  // namespace onnxhub
