// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "manifest/hub_path.h"
#include "sources/fact_value.h"
#include "sources/settings_globs.h"
#include "sources/source_settings_reader.h"

namespace onnxhub {
namespace {

constexpr std::string_view override_name = "override";

class OverrideReader {
public:
    OverrideReader(const toml::table& table, TomlReader& toml) : table_(table), toml_(toml) {}

    SourceOverride read() {
        static constexpr std::string_view keys[] = {
            "paths",   "name",   "opset", "onnx_version", "tags",      "test_data",
            "license", "author", "task",  "description",  "parameters"};
        const std::string name(override_name);
        toml_.report_unknown_keys(table_, name, keys);
        override_.line = TomlReader::line_of(table_);
        override_.paths = read_globs(toml_, table_, name, "paths");
        if (override_.paths.empty()) {
            toml_.fail(table_, "override lacks the key \"paths\"",
                       "add paths = [\"…\"]: globs of models");
        }
        override_.name = text_at("name");
        override_.opset = number_at("opset", 1, opset_limit);
        read_onnx_version();
        if (table_.contains("tags")) override_.tags = toml_.strings_at(table_, name, "tags");
        read_test_data();
        override_.about.license = text_at("license");
        override_.about.author = text_at("author");
        override_.about.task = text_at("task");
        override_.about.description = text_at("description");
        override_.about.parameters =
            number_at("parameters", 0, std::numeric_limits<std::int64_t>::max());
        require_a_fact();
        return std::move(override_);
    }

private:
    static std::string override_key(std::string_view key) {
        return TomlReader::qualified(override_name, key);
    }

    std::optional<std::string> text_at(std::string_view key) const {
        const toml::node* node = table_.get(key);
        if (!node) return std::nullopt;
        return toml_.string_at(*node, override_key(key));
    }

    std::optional<std::int64_t> number_at(std::string_view key, std::int64_t least,
                                          std::int64_t greatest) const {
        const toml::node* node = table_.get(key);
        if (!node) return std::nullopt;
        return toml_.integer_at(*node, override_key(key), least, greatest);
    }

    void read_onnx_version() {
        override_.onnx_version = text_at("onnx_version");
        if (!override_.onnx_version || is_onnx_version(*override_.onnx_version)) return;
        toml_.fail(*table_.get("onnx_version"),
                   fmt::format("override.onnx_version \"{}\" is not a version of ONNX",
                               *override_.onnx_version),
                   "write the ONNX release the model was made with, such as \"1.9\"");
    }

    void read_test_data() {
        const auto path = text_at("test_data");
        if (!path) return;
        auto checked = check_hub_path(*path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
            toml_.fail(*table_.get("test_data"),
                       fmt::format("override.test_data can't be used: its path {}", unsafe->reason),
                       "write the path of an archive from the hub's top directory");
        }
        override_.test_data = std::get<std::string>(std::move(checked));
    }

    void require_a_fact() const {
        if (override_.name || override_.opset || override_.onnx_version || override_.tags ||
            override_.test_data || override_.about != ModelFacts{}) {
            return;
        }
        toml_.fail(table_, "override states no fact", "add one, such as opset = 11");
    }

    const toml::table& table_;
    TomlReader& toml_;
    SourceOverride override_;
};

}  // namespace

std::vector<SourceOverride> read_source_overrides(const toml::node& node, TomlReader& toml) {
    std::vector<SourceOverride> overrides;
    for (const toml::table* table : toml.tables_at(node, std::string(override_name))) {
        if (overrides.size() == override_limit) {
            toml.fail(*table, fmt::format("more than {} [[override]]", override_limit),
                      "use globs for several models");
        }
        overrides.push_back(OverrideReader(*table, toml).read());
    }
    return overrides;
}

}  // namespace onnxhub
