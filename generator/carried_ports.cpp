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

/// The values of an invalid entry that describe its model's bytes. Errors elsewhere in the entry,
/// such as an archive without a digest, must not lose them.
std::optional<Entry> facts_of_model(const ManifestEntry& present) {
    const JsonValue json = present.json();
    const JsonValue* metadata = json.find("metadata");
    if (!metadata || !metadata->object()) return std::nullopt;
    JsonObject facts;
    for (const char* key : {"model_sha", "io_ports", "extra_ports", "external_data", "opsets"}) {
        if (const JsonValue* value = metadata->find(key)) facts.push_back({key, *value});
    }
    const auto text = [&](const char* key) {
        const JsonValue* value = json.find(key);
        return json_string(value && value->string() ? *value->string() : "");
    };
    const JsonValue* opset = json.find("opset_version");
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
    for (const ManifestEntry& present : document.entries) {
        const Entry* facts = usable_facts(present);
        if (!facts || !facts->content.sha) continue;
        for (const std::string& url : facts->sources) by_url_.emplace(url, *facts->content.sha);
        const auto [known, is_new] = entries_.try_emplace(*facts->content.sha, facts);
        if (!is_new && !known->second->io_ports && facts->io_ports) known->second = facts;
    }
}

/// Null when there are none.
const Entry* CarriedPorts::usable_facts(const ManifestEntry& present) {
    // Paths of a manifest are untrusted: unsafe ones are not carried over.
    const auto is_unsafe = [](const ExternalDataFile& file) {
        return std::holds_alternative<UnsafePath>(check_hub_path(file.path));
    };
    if (present.entry && std::ranges::none_of(present.entry->external_data, is_unsafe)) {
        return &*present.entry;
    }
    std::optional<Entry> facts =
        present.entry ? std::optional(*present.entry) : facts_of_model(present);
    if (!facts) return nullptr;
    std::erase_if(facts->external_data, is_unsafe);
    return &repaired_.emplace_back(std::move(*facts));
}

const Entry* CarriedPorts::find(const Sha256& model_sha) const {
    const auto found = entries_.find(model_sha);
    return found == entries_.end() ? nullptr : found->second;
}

const Sha256* CarriedPorts::digest_of(const std::string& url) const {
    const auto found = by_url_.find(url);
    return found == by_url_.end() ? nullptr : &found->second;
}

}  // namespace onnxhub
