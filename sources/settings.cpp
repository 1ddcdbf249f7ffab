// SPDX-License-Identifier: Apache-2.0
#include "sources/settings.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>

#include "base/byte_source.h"
#include "base/spelling.h"
#include "base/user_error.h"
#include "manifest/manifest_reader.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

constexpr std::string_view key_generate = "generate";
constexpr std::string_view key_exclude = "exclude";
constexpr std::string_view key_strip_tags = "strip_tags";
constexpr std::string_view key_discover = "discover";
constexpr std::string_view key_features = "features";
constexpr std::string_view key_tag = "tag";
constexpr std::string_view key_tensors = "tensors";
constexpr std::string_view key_validate = "validate";
constexpr std::string_view key_ignore = "ignore";
constexpr std::string_view key_stale_manifest = "stale_manifest";
constexpr std::string_view key_rule = "rule";
constexpr std::string_view key_path = "path";
constexpr std::string_view key_reason = "reason";

/// toml++ parses nested tables recursively, and each dot of a key may nest another one.
constexpr std::ptrdiff_t dot_limit = 10'000;

int toml_line(const toml::source_region& source) {
    return static_cast<int>(source.begin.line);
}

/// Reads the tables of one file. Messages name keys with their tables: "features.tag".
class SettingsReader {
public:
    SettingsReader(const std::string& path, Diagnostics& diagnostics)
        : path_(path), diagnostics_(diagnostics) {}

    Settings read(const toml::table& root) {
        settings_.file = path_;
        report_unknown_keys(root, "", {key_generate, key_features, key_validate});
        if (const toml::node* node = root.get(key_generate)) read_generate(*node);
        if (const toml::node* node = root.get(key_features)) read_features(*node);
        if (const toml::node* node = root.get(key_validate)) read_validate(*node);
        return std::move(settings_);
    }

private:
    void read_generate(const toml::node& node) {
        const std::string name(key_generate);
        const toml::table& table = table_at(node, name);
        report_unknown_keys(table, name, {key_exclude, key_strip_tags, key_discover});
        if (const toml::node* discover = table.get(key_discover)) {
            const auto* truth = discover->as_boolean();
            if (!truth) {
                fail(*discover, qualified(name, key_discover) + " is not true or false",
                     "write discover = true");
            }
            settings_.discover = truth->get();
        }
        settings_.exclude = strings_at(table, name, key_exclude);
        settings_.strip_tags = strings_at(table, name, key_strip_tags);
    }

    void read_features(const toml::node& node) {
        const std::string name(key_features);
        const toml::table& table = table_at(node, name);
        report_unknown_keys(table, name, {key_tag, key_tensors});
        if (const toml::node* tag = table.get(key_tag)) {
            settings_.features_tag = string_at(*tag, qualified(name, key_tag));
        }
        const toml::node* tensors = table.get(key_tensors);
        if (!tensors) return;
        const std::string tensors_name = qualified(name, key_tensors);
        for (const auto& [model, tensor] : table_at(*tensors, tensors_name)) {
            settings_.feature_tensors.emplace(
                model.str(),
                string_at(tensor, fmt::format("{}.\"{}\"", tensors_name, model.str())));
        }
    }

    void read_validate(const toml::node& node) {
        const std::string name(key_validate);
        const toml::table& table = table_at(node, name);
        report_unknown_keys(table, name, {key_ignore, key_stale_manifest});
        if (const toml::node* stale = table.get(key_stale_manifest)) read_stale_manifest(*stale);
        const toml::node* ignore = table.get(key_ignore);
        if (!ignore) return;
        const std::string ignore_name = qualified(name, key_ignore);
        const toml::array* array = ignore->as_array();
        if (!array) {
            fail(*ignore, fmt::format("{} is not a list of tables", ignore_name),
                 fmt::format("write [[{}]] with its keys below", ignore_name));
        }
        for (const toml::node& element : *array) read_ignored_rule(element, ignore_name);
    }

    void read_stale_manifest(const toml::node& node) {
        const std::string name = qualified(std::string(key_validate), key_stale_manifest);
        const std::string value = string_at(node, name);
        if (value != "error" && value != "note") {
            fail(node, fmt::format("{} is \"{}\"", name, value), "write \"error\" or \"note\"");
        }
        settings_.tolerates_stale_manifest = value == "note";
    }

    void read_ignored_rule(const toml::node& node, const std::string& name) {
        const toml::table& table = table_at(node, name);
        report_unknown_keys(table, name, {key_rule, key_path, key_reason});
        IgnoredRule ignored;
        ignored.rule = required_string_at(table, name, key_rule, "the rule to ignore");
        ignored.path = required_string_at(table, name, key_path, "a glob of files, or \"**\"");
        ignored.reason = required_string_at(table, name, key_reason, "why the hub accepts it");
        ignored.line = toml_line(table.source());
        settings_.ignored_rules.push_back(std::move(ignored));
    }

    std::string required_string_at(const toml::table& table, const std::string& table_name,
                                   std::string_view key, const char* meaning) const {
        if (const toml::node* node = table.get(key)) {
            return string_at(*node, qualified(table_name, key));
        }
        fail(table, fmt::format("{} lacks the key \"{}\"", table_name, key),
             fmt::format("add {} = \"…\": {}", key, meaning));
    }

    const toml::table& table_at(const toml::node& node, const std::string& name) const {
        if (const toml::table* table = node.as_table()) return *table;
        fail(node, fmt::format("\"{}\" is not a table", name),
             fmt::format("write it as [{}] with its keys below", name));
    }

    std::string string_at(const toml::node& node, const std::string& name) const {
        const auto* text = node.as_string();
        if (!text) fail(node, fmt::format("{} is not a string", name), "put it in quotes");
        if (text->get().empty()) fail(node, fmt::format("{} is empty", name), "remove the key");
        return text->get();
    }

    std::vector<std::string> strings_at(const toml::table& table, const std::string& table_name,
                                        std::string_view key) const {
        const toml::node* node = table.get(key);
        if (!node) return {};
        const std::string name = qualified(table_name, key);
        const toml::array* array = node->as_array();
        if (!array) {
            fail(*node, fmt::format("{} is not a list", name),
                 fmt::format("write {} = [\"…\"]", key));
        }
        std::vector<std::string> texts;
        for (const toml::node& element : *array) {
            texts.push_back(string_at(element, fmt::format("an element of {}", name)));
        }
        return texts;
    }

    void report_unknown_keys(const toml::table& table, const std::string& table_name,
                             std::initializer_list<std::string_view> known) {
        std::vector<Diagnostic> found;
        for (const auto& [key, value] : table) {
            if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
            found.push_back({Severity::warning, rule_id::unknown_setting, path_,
                             toml_line(key.source()),
                             fmt::format("unknown key \"{}\"", qualified(table_name, key.str())),
                             advice(key.str(), known)});
        }
        // toml++ sorts keys by name, but people read from top to bottom.
        std::stable_sort(found.begin(), found.end(),
                         [](const Diagnostic& a, const Diagnostic& b) { return a.line < b.line; });
        for (Diagnostic& diagnostic : found) diagnostics_.report(std::move(diagnostic));
    }

    static std::string advice(std::string_view key, std::span<const std::string_view> known) {
        if (const auto meant = nearest(key, known)) {
            return fmt::format("did you mean \"{}\"?", *meant);
        }
        return fmt::format("the known keys are {}", fmt::join(known, ", "));
    }

    static std::string qualified(const std::string& table_name, std::string_view key) {
        return table_name.empty() ? std::string(key) : fmt::format("{}.{}", table_name, key);
    }

    [[noreturn]] void fail(const toml::node& node, const std::string& message,
                           const std::string& hint) const {
        throw UserError(
            to_text({Severity::error, "", path_, toml_line(node.source()), message, hint}));
    }

    const std::string& path_;
    Diagnostics& diagnostics_;
    Settings settings_;
};

}  // namespace

Settings parse_settings(std::string_view toml, const std::string& path, Diagnostics& diagnostics) {
    if (std::count(toml.begin(), toml.end(), '.') > dot_limit) {
        throw UserError(
            to_text({Severity::error, "", path, 0,
                     fmt::format("the file has over {} dots", dot_limit), "keep settings short"}));
    }
    try {
        const toml::table root = toml::parse(toml, path);
        return SettingsReader(path, diagnostics).read(root);
    } catch (const toml::parse_error& error) {
        const toml::source_position& position = error.source().begin;
        throw UserError(
            to_text({Severity::error, "", path, static_cast<int>(position.line),
                     fmt::format("not TOML at column {}: {}", position.column, error.description()),
                     "correct the line, see https://toml.io"}));
    }
}

Settings read_settings(const Tree& tree, const std::optional<std::string>& file,
                       Diagnostics& diagnostics) {
    if (file) return parse_settings(read_file(*file, settings_size_limit), *file, diagnostics);
    const std::string path(settings_file_name);
    const auto text = read_hub_file(tree, path, settings_size_limit);
    return text ? parse_settings(*text, path, diagnostics) : Settings{};
}

}  // namespace onnxhub
