// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.h"

#include <utility>

namespace onnxhub {
namespace {

const char* kind_name(const JsonValue& value) {
    if (value.object()) return "an object";
    if (value.string()) return "a string";
    if (std::holds_alternative<bool>(value.data)) return "true or false";
    if (std::holds_alternative<std::nullptr_t>(value.data)) return "null";
    return "a number";
}

ManifestEntry read_entry(JsonValue json, std::string_view text) {
    ManifestEntry entry;
    if (json.object()) {
        entry.text = text.substr(json.begin, json.end - json.begin);
    } else {
        entry.text = json_text(json, 1);
    }
    auto parsed = parse_entry(json);
    if (auto* typed = std::get_if<Entry>(&parsed)) {
        entry.entry = std::move(*typed);
    } else {
        entry.problem = std::get<EntryProblem>(std::move(parsed));
    }
    entry.json = std::move(json);
    return entry;
}

}  // namespace

ManifestResult parse_manifest(std::string_view text) {
    auto parsed = parse_json(text);
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) return std::move(*error);
    auto& document = std::get<JsonDocument>(parsed);
    auto* array = std::get_if<JsonArray>(&document.root.data);
    if (!array) {
        return JsonSyntaxError{document.root.line, 1,
                               std::string("the top level is ") + kind_name(document.root) +
                                   ", not an array of entries"};
    }
    ManifestDocument manifest;
    manifest.duplicate_keys = std::move(document.duplicate_keys);
    manifest.entries.reserve(array->size());
    for (JsonValue& value : *array) {
        manifest.entries.push_back(read_entry(std::move(value), text));
    }
    return manifest;
}

std::string entry_text(const JsonValue& entry) {
    return json_text(entry, 1);
}

std::string manifest_text(const std::vector<std::string>& entry_texts) {
    if (entry_texts.empty()) return "[]";
    std::size_t size = 4;
    for (const std::string& text : entry_texts) size += text.size() + 6;
    std::string document;
    document.reserve(size);
    for (const std::string& text : entry_texts) {
        document += document.empty() ? "[\n    " : ",\n    ";
        document += text;
    }
    return document + "\n]";
}

}  // namespace onnxhub
