// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "manifest/entry.h"
#include "manifest/entry_keys.h"

namespace onnxhub {
namespace {

struct ObjectFormat;

/// A key of the format, with the format of its value where the value may have custom keys.
struct KnownKey {
    std::string_view name;
    const ObjectFormat* object = nullptr;  ///< set if the value is an object
    const ObjectFormat* items = nullptr;   ///< set if the value is an array of objects
    /// Set for an addition of this project: whether a value has the type of the format. The key is
    /// unknown unless the fresh object has it, and where the previous value has another type.
    bool (*is_ours)(const JsonValue&) = nullptr;
};

struct ObjectFormat {
    std::span<const KnownKey> keys;  ///< in the order of the format
    std::string_view identity = {};  ///< the key that identifies an item of an array
    bool can_be_partial = false;     ///< remains when only unknown keys are left
};

constexpr KnownKey port_keys[] = {{key::name}, {key::shape}, {key::type}};
constexpr ObjectFormat port_format{port_keys, key::name};

constexpr KnownKey feature_keys[] = {{key::name}, {key::shape}};
constexpr ObjectFormat feature_format{feature_keys, key::name};

constexpr KnownKey external_file_keys[] = {{key::path}, {key::sha}, {key::bytes}};
constexpr ObjectFormat external_file_format{external_file_keys, key::path};

constexpr KnownKey io_ports_keys[] = {{key::inputs, nullptr, &port_format},
                                      {key::outputs, nullptr, &port_format}};
constexpr ObjectFormat io_ports_format{io_ports_keys};

constexpr KnownKey extra_ports_keys[] = {{key::features, nullptr, &feature_format}};
constexpr ObjectFormat extra_ports_format{extra_ports_keys, {}, true};

bool is_text(const JsonValue& value) {
    return value.string() != nullptr;
}

bool is_list_of_texts(const JsonValue& value) {
    return value.array() && std::ranges::all_of(*value.array(), is_text);
}

bool is_count(const JsonValue& value) {
    return value.integer().value_or(-1) >= 0;
}

bool is_opsets(const JsonValue& value) {
    return value.object() && std::ranges::all_of(*value.object(), [](const JsonMember& member) {
               return is_count(member.value);
           });
}

constexpr KnownKey metadata_keys[] = {
    {key::model_sha},
    {key::model_bytes},
    {key::tags},
    {key::io_ports, &io_ports_format},
    {key::extra_ports, &extra_ports_format},
    {key::archive_path},
    {key::archive_sha},
    {key::archive_bytes},
    {key::external_data, nullptr, &external_file_format},
    {key::sources, nullptr, nullptr, &is_list_of_texts},
    {key::license, nullptr, nullptr, &is_text},
    {key::author, nullptr, nullptr, &is_text},
    {key::task, nullptr, nullptr, &is_text},
    {key::description, nullptr, nullptr, &is_text},
    {key::parameters, nullptr, nullptr, &is_count},
    {key::opsets, nullptr, nullptr, &is_opsets},
};
constexpr ObjectFormat metadata_format{metadata_keys, {}, true};

constexpr KnownKey entry_keys[] = {{key::model},
                                   {key::model_path},
                                   {key::onnx_version},
                                   {key::opset_version},
                                   {key::metadata, &metadata_format}};
constexpr ObjectFormat entry_format{entry_keys};

/// Whether the key gets its fresh value and is written in the order of the format. Otherwise it
/// keeps its previous value and position.
bool is_written(const KnownKey& known, const JsonValue* previous, const JsonValue* fresh) {
    return !known.is_ours || (fresh && (!previous || known.is_ours(*previous)));
}

bool knows(const ObjectFormat& format, const JsonMember& previous, const JsonValue& fresh) {
    return std::ranges::any_of(format.keys, [&](const KnownKey& known) {
        return known.name == previous.key &&
               is_written(known, &previous.value, fresh.find(known.name));
    });
}

JsonValue merge_objects(const JsonValue& previous, const JsonValue& fresh,
                        const ObjectFormat& format);

JsonValue merge_items(const JsonValue& previous, const JsonValue& fresh,
                      const ObjectFormat& format) {
    const auto identity_of = [&](const JsonValue& item) -> const std::string* {
        const JsonValue* identity = item.find(format.identity);
        return identity ? identity->string() : nullptr;
    };
    std::multimap<std::string_view, const JsonValue*> previous_items;
    for (const JsonValue& item : *previous.array()) {
        if (const std::string* identity = identity_of(item))
            previous_items.emplace(*identity, &item);
    }
    JsonValue merged = fresh;
    for (JsonValue& item : std::get<JsonArray>(merged.data)) {
        const std::string* identity = identity_of(item);
        if (!identity) continue;
        // Items with the same name are paired in order.
        const auto match = previous_items.lower_bound(*identity);
        if (match == previous_items.end() || match->first != *identity) continue;
        item = merge_objects(*match->second, item, format);
        previous_items.erase(match);
    }
    return merged;
}

JsonValue merge_values(const JsonValue& previous, const JsonValue& fresh, const KnownKey& known) {
    if (known.object && previous.object() && fresh.object()) {
        return merge_objects(previous, fresh, *known.object);
    }
    if (known.items && previous.array() && fresh.array()) {
        return merge_items(previous, fresh, *known.items);
    }
    return fresh;
}

/// The merged value of `known`; nullopt when it is removed.
std::optional<JsonValue> merge_member(const JsonValue* previous, const JsonValue* fresh,
                                      const KnownKey& known) {
    if (fresh) return previous ? merge_values(*previous, *fresh, known) : *fresh;
    if (!previous || !previous->object() || !known.object || !known.object->can_be_partial) {
        return std::nullopt;
    }
    JsonValue rest = merge_objects(*previous, json_object({}), *known.object);
    if (rest.object()->empty()) return std::nullopt;
    return rest;
}

JsonValue merge_objects(const JsonValue& previous, const JsonValue& fresh,
                        const ObjectFormat& format) {
    std::map<std::string_view, JsonValue> known_values;
    for (const KnownKey& known : format.keys) {
        const JsonValue* before = previous.find(known.name);
        const JsonValue* now = fresh.find(known.name);
        if (!is_written(known, before, now)) continue;
        auto value = merge_member(before, now, known);
        if (value) known_values.emplace(known.name, std::move(*value));
    }
    // An unknown key follows the last known key before it that remains; "" is the beginning.
    std::map<std::string_view, JsonObject> followers;
    std::string_view anchor;
    for (const JsonMember& member : *previous.object()) {
        if (!knows(format, member, fresh)) {
            followers[anchor].push_back(member);
        } else if (known_values.contains(member.key)) {
            anchor = member.key;
        }
    }
    JsonObject merged;
    const auto add_followers = [&](std::string_view name) {
        const auto found = followers.find(name);
        if (found == followers.end()) return;
        std::move(found->second.begin(), found->second.end(), std::back_inserter(merged));
    };
    add_followers("");
    for (const KnownKey& known : format.keys) {
        const auto value = known_values.find(known.name);
        if (value == known_values.end()) continue;
        merged.push_back({std::string(known.name), std::move(value->second)});
        add_followers(known.name);
    }
    return json_object(std::move(merged));
}

const JsonValue* metadata_value(const JsonValue& entry, std::string_view name) {
    const JsonValue* metadata = entry.find(key::metadata);
    return metadata && metadata->object() ? metadata->find(name) : nullptr;
}

/// Opsets are facts about a model's bytes, and those of other bytes are wrong.
bool has_old_opsets(const JsonValue& previous, const JsonValue& fresh) {
    const JsonValue* opsets = metadata_value(previous, key::opsets);
    if (!opsets || !is_opsets(*opsets)) return false;
    const JsonValue* before = metadata_value(previous, key::model_sha);
    const JsonValue* now = metadata_value(fresh, key::model_sha);
    return before && now && before->string() && now->string() &&
           *before->string() != *now->string();
}

JsonValue without_opsets(JsonValue entry) {
    for (JsonMember& member : std::get<JsonObject>(entry.data)) {
        if (member.key != key::metadata) continue;
        std::erase_if(std::get<JsonObject>(member.value.data),
                      [](const JsonMember& fact) { return fact.key == key::opsets; });
    }
    return entry;
}

/// Replaces the text of a member, if it is one of `paths`.
void move_path(JsonValue& json, std::string_view key,
               const std::map<std::string, std::string>& paths) {
    JsonValue* value = json.object() ? json.find(key) : nullptr;
    const auto moved = value && value->string() ? paths.find(*value->string()) : paths.end();
    if (moved != paths.end()) *value = json_string(moved->second);
}

}  // namespace

JsonValue with_moved_paths(JsonValue entry, const std::map<std::string, std::string>& paths) {
    move_path(entry, key::model_path, paths);
    JsonValue* metadata = entry.object() ? entry.find(key::metadata) : nullptr;
    if (!metadata) return entry;
    move_path(*metadata, key::archive_path, paths);
    JsonValue* files = metadata->object() ? metadata->find(key::external_data) : nullptr;
    if (!files || !files->array()) return entry;
    for (JsonValue& file : std::get<JsonArray>(files->data)) move_path(file, key::path, paths);
    return entry;
}

JsonValue merge_entry(const JsonValue& previous, const JsonValue& fresh) {
    if (!previous.object() || !fresh.object()) return fresh;
    if (has_old_opsets(previous, fresh)) {
        return merge_objects(without_opsets(previous), fresh, entry_format);
    }
    return merge_objects(previous, fresh, entry_format);
}

}  // namespace onnxhub
