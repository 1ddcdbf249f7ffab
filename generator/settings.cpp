// SPDX-License-Identifier: Apache-2.0
#include "generator/settings.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <span>

#include "generator/spelling.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

class SettingsReader {
public:
    SettingsReader(const std::string& path, Diagnostics& diagnostics)
        : path_(path), diagnostics_(diagnostics) {}

    Settings read(const toml::table& document) {
        check_keys(document, "", std::array<std::string_view, 2>{"generate", "features"});
        if (const auto* generate = table(document, "generate")) {
            check_keys(*generate, "generate.",
                       std::array<std::string_view, 2>{"exclude", "strip_tags"});
            settings_.exclude = strings(*generate, "exclude");
            settings_.strip_tags = strings(*generate, "strip_tags");
        }
        if (const auto* features = table(document, "features")) read_features(*features);
        return std::move(settings_);
    }

private:
    [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
        throw EnvironmentError(path_ + ":" + std::to_string(node.source().begin.line) + ": " +
                               what);
    }

    void check_keys(const toml::table& table, const std::string& prefix,
                    std::span<const std::string_view> known) {
        for (const auto& [key, node] : table) {
            const std::string_view name = key.str();
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            const auto meant = nearest(name, known);
            diagnostics_.report({Severity::warning, "settings-unknown-key", path_,
                                 static_cast<int>(key.source().begin.line),
                                 "unknown key " + prefix + std::string(name),
                                 meant ? "did you mean " + prefix + *meant + "?"
                                       : "remove it, or see docs/settings.md for all keys"});
        }
    }

    const toml::table* table(const toml::table& parent, std::string_view key) const {
        const toml::node* node = parent.get(key);
        if (!node) return nullptr;
        if (!node->is_table()) {
            fail(*node, std::string(key) + " is not a table; write [" + std::string(key) + "]");
        }
        return node->as_table();
    }

    std::string string(const toml::node& node, const std::string& key) const {
        const auto value = node.value_exact<std::string>();
        if (!value) fail(node, key + " is not a string; put it in quotes");
        return *value;
    }

    std::vector<std::string> strings(const toml::table& parent, std::string_view key) const {
        std::vector<std::string> values;
        const toml::node* node = parent.get(key);
        if (!node) return values;
        if (!node->is_array()) {
            fail(*node,
                 std::string(key) + " is not an array; write " + std::string(key) + " = [\"…\"]");
        }
        for (const toml::node& element : *node->as_array()) {
            values.push_back(string(element, "an element of " + std::string(key)));
        }
        return values;
    }

    void read_features(const toml::table& features) {
        check_keys(features, "features.", std::array<std::string_view, 2>{"tag", "tensors"});
        if (const auto* tag = features.get("tag")) {
            settings_.features_tag = string(*tag, "features.tag");
        }
        const auto* tensors = table(features, "tensors");
        if (!tensors) return;
        for (const auto& [model, tensor] : *tensors) {
            settings_.feature_tensors[std::string(model.str())] =
                string(tensor, "the tensor of " + std::string(model.str()));
        }
    }

    const std::string& path_;
    Diagnostics& diagnostics_;
    Settings settings_;
};

}  // namespace

Settings parse_settings(std::string_view toml, const std::string& path, Diagnostics& diagnostics) {
    try {
        return SettingsReader(path, diagnostics).read(toml::parse(toml, path));
    } catch (const toml::parse_error& error) {
        throw EnvironmentError(path + ":" + std::to_string(error.source().begin.line) + ": " +
                               std::string(error.description()) +
                               "; it is no TOML, see https://toml.io");
    }
}

}  // namespace onnxhub
