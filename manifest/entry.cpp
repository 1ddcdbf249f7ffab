// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

namespace onnxhub {
namespace {

/// Thrown and caught in this file only: a reader this deep has no better way out.
struct Problem {
    EntryProblem problem;
};

[[noreturn]] void fail(const JsonValue& at, std::string message) {
    throw Problem{{at.line, std::move(message)}};
}

const JsonValue& required(const JsonValue& object, const char* key) {
    const JsonValue* value = object.find(key);
    if (!value) fail(object, std::string(key) + " is missing");
    return *value;
}

std::string read_string(const JsonValue& value, const char* key) {
    const std::string* text = value.string();
    if (!text) fail(value, std::string(key) + " is not a string");
    return *text;
}

const JsonArray& read_array(const JsonValue& value, const char* key) {
    const JsonArray* array = value.array();
    if (!array) fail(value, std::string(key) + " is not an array");
    return *array;
}

void require_object(const JsonValue& value, const char* key) {
    if (!value.object()) fail(value, std::string(key) + " is not an object");
}

std::int64_t read_integer(const JsonValue& value, const char* key) {
    const auto number = value.integer();
    if (!number) fail(value, std::string(key) + " is not an integer");
    return *number;
}

std::uint64_t read_size(const JsonValue& value, const char* key) {
    const auto number = value.integer();
    if (!number || *number < 0) {
        fail(value, std::string(key) + " is not a number of bytes");
    }
    return static_cast<std::uint64_t>(*number);
}

Sha256 read_sha(const JsonValue& value, const char* key) {
    const std::string* hex = value.string();
    const auto digest = hex ? parse_sha256(*hex) : std::nullopt;
    if (!digest) fail(value, std::string(key) + " is not 64 lower-case hexadecimal digits");
    return *digest;
}

Shape read_shape(const JsonValue& value) {
    Shape shape;
    for (const JsonValue& dimension : read_array(value, "shape")) {
        if (std::holds_alternative<std::nullptr_t>(dimension.data)) {
            shape.emplace_back();
        } else if (const std::string* name = dimension.string()) {
            shape.emplace_back(*name);
        } else if (const auto number = dimension.integer()) {
            shape.emplace_back(*number);
        } else {
            fail(dimension, "a dimension is neither an integer, a string nor null");
        }
    }
    return shape;
}

std::vector<Port> read_ports(const JsonValue& io_ports, const char* key) {
    std::vector<Port> ports;
    for (const JsonValue& port : read_array(required(io_ports, key), key)) {
        require_object(port, "a port");
        ports.push_back({read_string(required(port, "name"), "name"),
                         read_shape(required(port, "shape")),
                         read_string(required(port, "type"), "type")});
    }
    return ports;
}

IoPorts read_io_ports(const JsonValue& value) {
    require_object(value, "io_ports");
    return {read_ports(value, "inputs"), read_ports(value, "outputs")};
}

std::vector<FeaturePort> read_extra_ports(const JsonValue& value) {
    require_object(value, "extra_ports");
    std::vector<FeaturePort> features;
    const JsonValue* list = value.find("features");
    if (!list) return features;
    for (const JsonValue& feature : read_array(*list, "features")) {
        require_object(feature, "a feature");
        features.push_back({read_string(required(feature, "name"), "name"),
                            read_shape(required(feature, "shape"))});
    }
    return features;
}

std::vector<ExternalDataFile> read_external_data(const JsonValue& value) {
    std::vector<ExternalDataFile> files;
    for (const JsonValue& file : read_array(value, "external_data")) {
        require_object(file, "an external data file");
        files.push_back({read_string(required(file, "path"), "path"),
                         read_sha(required(file, "sha"), "sha"),
                         read_size(required(file, "bytes"), "bytes")});
    }
    return files;
}

void read_metadata(const JsonValue& metadata, Entry& entry) {
    require_object(metadata, "metadata");
    const auto with = [&](const char* key, const auto& read) {
        if (const JsonValue* value = metadata.find(key)) read(*value, key);
    };
    with("model_sha", [&](const auto& v, auto* k) { entry.content.sha = read_sha(v, k); });
    with("model_bytes",
         [&](const auto& v, auto* k) { entry.content.size_bytes = read_size(v, k); });
    with("tags", [&](const auto& v, auto* k) {
        for (const JsonValue& tag : read_array(v, k)) {
            entry.tags.push_back(read_string(tag, "a tag"));
        }
    });
    with("io_ports", [&](const auto& v, auto*) { entry.io_ports = read_io_ports(v); });
    with("extra_ports", [&](const auto& v, auto*) { entry.extra_ports = read_extra_ports(v); });
    with("model_with_data_path",
         [&](const auto& v, auto* k) { entry.archive_path = read_string(v, k); });
    with("model_with_data_sha",
         [&](const auto& v, auto* k) { entry.archive.sha = read_sha(v, k); });
    with("model_with_data_bytes",
         [&](const auto& v, auto* k) { entry.archive.size_bytes = read_size(v, k); });
    with("external_data",
         [&](const auto& v, auto*) { entry.external_data = read_external_data(v); });
}

JsonValue shape_json(const Shape& shape) {
    JsonArray dimensions;
    for (const Dimension& dimension : shape) {
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
            dimensions.push_back(json_integer(*number));
        } else if (const auto* name = std::get_if<std::string>(&dimension)) {
            dimensions.push_back(json_string(*name));
        } else {
            dimensions.emplace_back();
        }
    }
    return json_array(std::move(dimensions));
}

JsonValue ports_json(const std::vector<Port>& ports) {
    JsonArray array;
    for (const Port& port : ports) {
        array.push_back(json_object({{"name", json_string(port.name)},
                                     {"shape", shape_json(port.shape)},
                                     {"type", json_string(port.type)}}));
    }
    return json_array(std::move(array));
}

JsonValue features_json(const std::vector<FeaturePort>& features) {
    JsonArray array;
    for (const FeaturePort& feature : features) {
        array.push_back(json_object(
            {{"name", json_string(feature.name)}, {"shape", shape_json(feature.shape)}}));
    }
    return json_object({{"features", json_array(std::move(array))}});
}

JsonValue external_data_json(const std::vector<ExternalDataFile>& files) {
    JsonArray array;
    for (const ExternalDataFile& file : files) {
        array.push_back(json_object({{"path", json_string(file.path)},
                                     {"sha", json_string(to_hex(file.sha))},
                                     {"bytes", json_unsigned(file.size_bytes)}}));
    }
    return json_array(std::move(array));
}

JsonValue metadata_json(const Entry& entry) {
    JsonObject metadata;
    const auto add = [&](const char* key, JsonValue value) {
        metadata.push_back({key, std::move(value)});
    };
    if (entry.content.sha) add("model_sha", json_string(to_hex(*entry.content.sha)));
    if (entry.content.size_bytes) add("model_bytes", json_unsigned(*entry.content.size_bytes));
    JsonArray tags;
    for (const std::string& tag : entry.tags) tags.push_back(json_string(tag));
    add("tags", json_array(std::move(tags)));
    if (entry.io_ports) {
        add("io_ports", json_object({{"inputs", ports_json(entry.io_ports->inputs)},
                                     {"outputs", ports_json(entry.io_ports->outputs)}}));
    }
    if (entry.extra_ports) add("extra_ports", features_json(*entry.extra_ports));
    if (entry.archive_path) add("model_with_data_path", json_string(*entry.archive_path));
    if (entry.archive.sha) add("model_with_data_sha", json_string(to_hex(*entry.archive.sha)));
    if (entry.archive.size_bytes) {
        add("model_with_data_bytes", json_unsigned(*entry.archive.size_bytes));
    }
    if (!entry.external_data.empty()) {
        add("external_data", external_data_json(entry.external_data));
    }
    return json_object(std::move(metadata));
}

/// An object of the format: which keys it knows, and what their values are in turn. In an array,
/// the elements are objects that `identity` tells apart.
struct Pattern {
    struct Key {
        std::string_view name;
        const Pattern* value = nullptr;  ///< of an object, or of each element of an array
        std::string_view identity = {};  ///< of arrays: the key that names an element
    };
    std::span<const Key> keys;

    const Key* find(std::string_view name) const {
        const auto found = std::find_if(keys.begin(), keys.end(),
                                        [&](const Key& key) { return key.name == name; });
        return found == keys.end() ? nullptr : &*found;
    }
};

using Key = Pattern::Key;
constexpr std::array port_keys{Key{"name"}, Key{"shape"}, Key{"type"}};
constexpr Pattern port_pattern{port_keys};
constexpr std::array io_ports_keys{Key{"inputs", &port_pattern, "name"},
                                   Key{"outputs", &port_pattern, "name"}};
constexpr Pattern io_ports_pattern{io_ports_keys};
constexpr std::array feature_keys{Key{"name"}, Key{"shape"}};
constexpr Pattern feature_pattern{feature_keys};
constexpr std::array extra_ports_keys{Key{"features", &feature_pattern, "name"}};
constexpr Pattern extra_ports_pattern{extra_ports_keys};
constexpr std::array external_keys{Key{"path"}, Key{"sha"}, Key{"bytes"}};
constexpr Pattern external_pattern{external_keys};
constexpr std::array metadata_keys{Key{"model_sha"},
                                   Key{"model_bytes"},
                                   Key{"tags"},
                                   Key{"io_ports", &io_ports_pattern},
                                   Key{"extra_ports", &extra_ports_pattern},
                                   Key{"model_with_data_path"},
                                   Key{"model_with_data_sha"},
                                   Key{"model_with_data_bytes"},
                                   Key{"external_data", &external_pattern, "path"}};
constexpr Pattern metadata_pattern{metadata_keys};
constexpr std::array entry_keys{Key{"model"}, Key{"model_path"}, Key{"onnx_version"},
                                Key{"opset_version"}, Key{"metadata", &metadata_pattern}};
constexpr Pattern entry_pattern{entry_keys};

JsonValue merge(const JsonValue& previous, const JsonValue& fresh, const Pattern& pattern);

/// Elements that are the same by their identity are merged, the first of a name with the first.
JsonValue merge_array(const JsonArray& previous, const JsonArray& fresh, const Key& key) {
    JsonArray merged;
    std::vector<bool> is_used(previous.size());
    for (const JsonValue& element : fresh) {
        const JsonValue* identity = element.find(key.identity);
        std::size_t i = 0;
        while (i < previous.size()) {
            const JsonValue* other = previous[i].find(key.identity);
            if (!is_used[i] && identity && other && *other == *identity) break;
            ++i;
        }
        if (i == previous.size()) {
            merged.push_back(element);
        } else {
            is_used[i] = true;
            merged.push_back(merge(previous[i], element, *key.value));
        }
    }
    return json_array(std::move(merged));
}

JsonValue merge_value(const JsonValue& previous, const JsonValue& fresh, const Key& key) {
    if (!key.value) return fresh;
    if (previous.object() && fresh.object()) return merge(previous, fresh, *key.value);
    if (previous.array() && fresh.array() && !key.identity.empty()) {
        return merge_array(*previous.array(), *fresh.array(), key);
    }
    return fresh;
}

/// The unknown members of `object` that stand right after the known member `key` ("" for those that
/// come before any known one).
void append_unknown_after(const JsonObject& object, std::string_view key, const Pattern& pattern,
                          JsonObject& merged) {
    std::string_view anchor;
    for (const JsonMember& member : object) {
        if (pattern.find(member.key)) {
            anchor = member.key;
        } else if (anchor == key) {
            merged.push_back(member);
        }
    }
}

JsonValue merge(const JsonValue& previous, const JsonValue& fresh, const Pattern& pattern) {
    if (!previous.object() || !fresh.object()) return fresh;
    const JsonObject& old_members = *previous.object();
    JsonObject merged;
    append_unknown_after(old_members, "", pattern, merged);
    for (const Key& key : pattern.keys) {
        const JsonValue* value = fresh.find(key.name);
        if (value) {
            const JsonValue* old = previous.find(key.name);
            merged.push_back(
                {std::string(key.name), old ? merge_value(*old, *value, key) : *value});
        }
        append_unknown_after(old_members, key.name, pattern, merged);
    }
    return json_object(std::move(merged));
}

}  // namespace

std::variant<Entry, EntryProblem> parse_entry(const JsonValue& json) {
    try {
        require_object(json, "the entry");
        Entry entry;
        entry.model = read_string(required(json, "model"), "model");
        entry.model_path = read_string(required(json, "model_path"), "model_path");
        entry.onnx_version = read_string(required(json, "onnx_version"), "onnx_version");
        entry.opset_version = read_integer(required(json, "opset_version"), "opset_version");
        if (const JsonValue* metadata = json.find("metadata")) read_metadata(*metadata, entry);
        return entry;
    } catch (Problem& problem) {
        return std::move(problem.problem);
    }
}

JsonValue to_json(const Entry& entry) {
    return json_object({{"model", json_string(entry.model)},
                        {"model_path", json_string(entry.model_path)},
                        {"onnx_version", json_string(entry.onnx_version)},
                        {"opset_version", json_integer(entry.opset_version)},
                        {"metadata", metadata_json(entry)}});
}

JsonValue merge_entry(const JsonValue& previous, const JsonValue& fresh) {
    return merge(previous, fresh, entry_pattern);
}

}  // namespace onnxhub
