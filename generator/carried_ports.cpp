// SPDX-License-Identifier: Apache-2.0
#include "generator/carried_ports.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// The values of an entry that describe its model's bytes. Other errors in the entry, such as an
/// archive without a digest, must not lose them.
std::optional<Entry> facts_of_model(const ManifestEntry& present) {
    if (present.entry) return present.entry;
    const JsonValue* metadata = present.json.object() ? present.json.find("metadata") : nullptr;
    if (!metadata || !metadata->object()) return std::nullopt;
    JsonObject facts;
    for (const char* key : {"model_sha", "io_ports", "extra_ports", "external_data", "opsets"}) {
        if (const JsonValue* value = metadata->find(key)) facts.push_back({key, *value});
    }
    const auto text = [&](const char* key) {
        const JsonValue* value = present.json.find(key);
        return json_string(value && value->string() ? *value->string() : "");
    };
    const JsonValue* opset = present.json.find("opset_version");
    const std::int64_t number = opset ? opset->integer().value_or(0) : 0;
    auto parsed =
        parse_entry(json_object({{"model", json_string("-")},
                                 {"model_path", text("model_path")},
                                 {"onnx_version", text("onnx_version")},
                                 {"opset_version", json_integer(std::max<std::int64_t>(number, 0))},
                                 {"metadata", json_object(std::move(facts))}}));
    if (auto* entry = std::get_if<Entry>(&parsed)) return std::move(*entry);
    return std::nullopt;
}

}  // namespace

CarriedPorts CarriedPorts::from(const ManifestDocument& document) {
    CarriedPorts carried;
    carried.add(document);
    return carried;
}

void CarriedPorts::add(const ManifestDocument& document) {
    for (const ManifestEntry& entry : document.entries) {
        auto facts = facts_of_model(entry);
        if (!facts || !facts->content.sha) continue;
        for (const std::string& url : facts->sources) by_url_.emplace(url, *facts->content.sha);
        const auto [known, is_new] = entries_.try_emplace(*facts->content.sha);
        if (!is_new && (known->second.io_ports || !facts->io_ports)) continue;
        known->second = std::move(*facts);
        // Paths of a manifest are untrusted: unsafe ones are not carried over.
        std::erase_if(known->second.external_data, [](const ExternalDataFile& file) {
            return std::holds_alternative<UnsafePath>(check_hub_path(file.path));
        });
    }
}

const Entry* CarriedPorts::find(const Sha256& model_sha) const {
    const auto found = entries_.find(model_sha);
    return found == entries_.end() ? nullptr : &found->second;
}

const Sha256* CarriedPorts::digest_of(const std::string& url) const {
    const auto found = by_url_.find(url);
    return found == by_url_.end() ? nullptr : &found->second;
}

}  // namespace onnxhub
