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
    bool is_addition = false;              ///< an unknown key, unless the fresh object has it
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
    {key::sources, nullptr, nullptr, true},
    {key::license, nullptr, nullptr, true},
    {key::author, nullptr, nullptr, true},
    {key::task, nullptr, nullptr, true},
    {key::description, nullptr, nullptr, true},
    {key::parameters, nullptr, nullptr, true},
};
constexpr ObjectFormat metadata_format{metadata_keys, {}, true};

constexpr KnownKey entry_keys[] = {{key::model},
                                   {key::model_path},
                                   {key::onnx_version},
                                   {key::opset_version},
                                   {key::metadata, &metadata_format}};
constexpr ObjectFormat entry_format{entry_keys};

/// Whether the key is written in the order of the format and not in its previous position.
bool knows(const ObjectFormat& format, std::string_view name, const JsonValue& fresh) {
    return std::any_of(format.keys.begin(), format.keys.end(), [&](const KnownKey& known) {
        return known.name == name && (!known.is_addition || fresh.find(name));
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
        auto value = merge_member(previous.find(known.name), fresh.find(known.name), known);
        if (value) known_values.emplace(known.name, std::move(*value));
    }
    // An unknown key follows the last known key before it that remains; "" is the beginning.
    std::map<std::string_view, JsonObject> followers;
    std::string_view anchor;
    for (const JsonMember& member : *previous.object()) {
        if (!knows(format, member.key, fresh)) {
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

}  // namespace

JsonValue merge_entry(const JsonValue& previous, const JsonValue& fresh) {
    if (!previous.object() || !fresh.object()) return fresh;
    return merge_objects(previous, fresh, entry_format);
}

}  // namespace onnxhub
