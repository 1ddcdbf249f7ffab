// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry_name.h"

#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

std::string text_of(const JsonValue& entry, std::string_view key) {
    const JsonValue* value = entry.find(key);
    return value && value->string() ? *value->string() : "";
}

}  // namespace

EntryName name_of(const Entry& entry) {
    return {entry.model, entry.model_path, entry.opset_version};
}

EntryName name_of(const ManifestEntry& entry) {
    if (entry.entry) return name_of(*entry.entry);
    return {text_of(entry.json, "model"), text_of(entry.json, "model_path"), 0};
}

std::string to_text(const EntryName& name) {
    const std::string opset =
        name.opset_version == 0 ? "" : "opset " + std::to_string(name.opset_version) + ", ";
    return printable(name.model) + " (" + opset + printable(name.model_path) + ")";
}

}  // namespace onnxhub
