// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry_name.h"

#include "base/escaping.h"
#include "manifest/diagnostic.h"
#include "manifest/entry_keys.h"

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
    const JsonValue* opset = entry.json.find(key::opset_version);
    return {text_of(entry.json, key::model), text_of(entry.json, key::model_path),
            opset ? opset->integer().value_or(0) : 0};
}

std::string to_text(const EntryName& name) {
    const std::string opset =
        name.opset_version == 0 ? "" : "opset " + std::to_string(name.opset_version) + ", ";
    return printable(name.model) + " (" + opset + printable(name.model_path) + ")";
}

}  // namespace onnxhub
