// SPDX-License-Identifier: Apache-2.0
#include "sources/settings.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <cmath>
#include <utility>

#include "base/byte_source.h"
#include "base/toml_problem.h"
#include "base/user_error.h"
#include "repository/hub_folder.h"
#include "sources/source_settings_reader.h"
#include "sources/toml_reader.h"

namespace onnxhub {
namespace {

constexpr std::string_view key_generate = "generate";
constexpr std::string_view key_exclude = "exclude";
constexpr std::string_view key_strip_tags = "strip_tags";
constexpr std::string_view key_discover = "discover";
constexpr std::string_view key_repository = "repository";
constexpr std::string_view key_root_license = "root_license";
constexpr std::string_view key_opsets = "opsets";
constexpr std::string_view key_features = "features";
constexpr std::string_view key_tag = "tag";
constexpr std::string_view key_tensors = "tensors";
constexpr std::string_view key_validate = "validate";
constexpr std::string_view key_ignore = "ignore";
constexpr std::string_view key_stale_manifest = "stale_manifest";
constexpr std::string_view key_domains = "domains";
constexpr std::string_view key_tolerance = "tolerance";
constexpr std::string_view key_rtol = "rtol";
constexpr std::string_view key_atol = "atol";
constexpr std::string_view key_rule = "rule";
constexpr std::string_view key_path = "path";
constexpr std::string_view key_reason = "reason";
constexpr std::string_view key_source = "source";
constexpr std::string_view key_override = "override";
constexpr std::string_view key_peek = "peek";
constexpr std::string_view key_mirrors = "mirrors";

// Each model that a mirror lacks costs a request.
constexpr std::size_t mirror_count_limit = 16;
constexpr std::size_t mirror_size_limit = 2048;  // bytes

class SettingsReader {
public:
    SettingsReader(const std::string& path, Diagnostics& diagnostics) : toml_(path, diagnostics) {
        settings_.file = path;
    }

    Settings read(const toml::table& root) {
        static constexpr std::string_view keys[] = {key_generate, key_features, key_validate,
                                                    key_source,   key_override, key_peek};
        toml_.report_unknown_keys(root, "", keys);
        if (const toml::node* node = root.get(key_generate)) read_generate(*node);
        if (const toml::node* node = root.get(key_features)) read_features(*node);
        if (const toml::node* node = root.get(key_validate)) read_validate(*node);
        if (const toml::node* node = root.get(key_peek)) read_peek(*node);
        if (const toml::node* node = root.get(key_source)) {
            settings_.sources = read_source_settings(*node, toml_);
        }
        if (const toml::node* node = root.get(key_override)) {
            settings_.overrides = read_source_overrides(*node, toml_);
        }
        return std::move(settings_);
    }

private:
    void read_generate(const toml::node& node) {
        static constexpr std::string_view keys[] = {key_exclude,    key_strip_tags,   key_discover,
                                                    key_repository, key_root_license, key_opsets};
        const std::string name(key_generate);
        const toml::table& table = toml_.table_at(node, name);
        toml_.report_unknown_keys(table, name, keys);
        settings_.discover = is_true(table, name, key_discover);
        settings_.lists_opsets = is_true(table, name, key_opsets);
        settings_.root_license = is_true(table, name, key_root_license);
        settings_.exclude = toml_.strings_at(table, name, key_exclude);
        settings_.strip_tags = toml_.strings_at(table, name, key_strip_tags);
        if (const toml::node* url = table.get(key_repository)) read_repository(*url);
    }

    void read_repository(const toml::node& node) {
        const std::string name = TomlReader::qualified(key_generate, key_repository);
        const std::string url = toml_.string_at(node, name);
        settings_.repository = parse_repository_url(url);
        if (!settings_.repository) {
            toml_.fail(node,
                       fmt::format("{} is \"{}\", not the address of a repository", name, url),
                       "write \"https://HOST/OWNER/NAME\"");
        }
    }

    bool is_true(const toml::table& table, const std::string& table_name,
                 std::string_view key) const {
        const toml::node* node = table.get(key);
        return node && toml_.truth_at(*node, TomlReader::qualified(table_name, key));
    }

    void read_features(const toml::node& node) {
        static constexpr std::string_view keys[] = {key_tag, key_tensors};
        const std::string name(key_features);
        const toml::table& table = toml_.table_at(node, name);
        toml_.report_unknown_keys(table, name, keys);
        if (const toml::node* tag = table.get(key_tag)) {
            settings_.features_tag = toml_.string_at(*tag, TomlReader::qualified(name, key_tag));
        }
        const toml::node* tensors = table.get(key_tensors);
        if (!tensors) return;
        const std::string tensors_name = TomlReader::qualified(name, key_tensors);
        for (const auto& [model, tensor] : toml_.table_at(*tensors, tensors_name)) {
            settings_.feature_tensors.emplace(
                model.str(),
                toml_.string_at(tensor, fmt::format("{}.\"{}\"", tensors_name, model.str())));
        }
    }

    void read_validate(const toml::node& node) {
        static constexpr std::string_view keys[] = {key_ignore, key_stale_manifest, key_domains,
                                                    key_tolerance};
        const std::string name(key_validate);
        const toml::table& table = toml_.table_at(node, name);
        toml_.report_unknown_keys(table, name, keys);
        settings_.accepted_domains = toml_.strings_at(table, name, key_domains);
        if (const toml::node* stale = table.get(key_stale_manifest)) read_stale_manifest(*stale);
        if (const toml::node* tolerances = table.get(key_tolerance)) read_tolerances(*tolerances);
        const toml::node* ignore = table.get(key_ignore);
        if (!ignore) return;
        const std::string ignore_name = TomlReader::qualified(name, key_ignore);
        for (const toml::table* rule : toml_.tables_at(*ignore, ignore_name)) {
            read_ignored_rule(*rule, ignore_name);
        }
    }

    void read_peek(const toml::node& node) {
        static constexpr std::string_view keys[] = {key_mirrors};
        const std::string name(key_peek);
        const toml::table& table = toml_.table_at(node, name);
        toml_.report_unknown_keys(table, name, keys);
        settings_.peek_mirrors = toml_.strings_at(table, name, key_mirrors);
        for (const std::string& mirror : settings_.peek_mirrors) {
            const bool is_known = mirror.starts_with("https://") || mirror.starts_with("http://") ||
                                  mirror.starts_with("hf://");
            if (is_known && mirror.size() <= mirror_size_limit) continue;
            toml_.fail(*table.get(key_mirrors),
                       fmt::format("{} has \"{}\", not the address of a server",
                                   TomlReader::qualified(name, key_mirrors),
                                   mirror.substr(0, mirror_size_limit)),
                       "write \"https://HOST/FOLDER/\" or \"hf://ORGANIZATION\"");
        }
        if (settings_.peek_mirrors.size() <= mirror_count_limit) return;
        toml_.fail(*table.get(key_mirrors),
                   fmt::format("{} has more than {} servers",
                               TomlReader::qualified(name, key_mirrors), mirror_count_limit),
                   "keep those that have most models");
    }

    void read_tolerances(const toml::node& node) {
        static constexpr std::string_view keys[] = {key_path, key_rtol, key_atol};
        const std::string name = TomlReader::qualified(key_validate, key_tolerance);
        for (const toml::table* table : toml_.tables_at(node, name)) {
            toml_.report_unknown_keys(*table, name, keys);
            RunTolerance tolerance;
            tolerance.path = toml_.required_string_at(*table, name, key_path, "a glob of models");
            tolerance.relative = tolerance_at(*table, name, key_rtol);
            tolerance.absolute = tolerance_at(*table, name, key_atol);
            settings_.tolerances.push_back(std::move(tolerance));
        }
    }

    std::optional<double> tolerance_at(const toml::table& table, const std::string& table_name,
                                       std::string_view key) const {
        const toml::node* node = table.get(key);
        if (!node) return std::nullopt;
        const auto number = node->value<double>();
        if (number && std::isfinite(*number) && *number >= 0) return number;
        toml_.fail(
            *node,
            fmt::format("{} is not a number of at least 0", TomlReader::qualified(table_name, key)),
            "write a number such as 1e-3");
    }

    void read_stale_manifest(const toml::node& node) {
        const std::string name = TomlReader::qualified(key_validate, key_stale_manifest);
        const std::string value = toml_.string_at(node, name);
        if (value != "error" && value != "note") {
            toml_.fail(node, fmt::format("{} is \"{}\"", name, value),
                       "write \"error\" or \"note\"");
        }
        settings_.tolerates_stale_manifest = value == "note";
    }

    void read_ignored_rule(const toml::table& table, const std::string& name) {
        static constexpr std::string_view keys[] = {key_rule, key_path, key_reason};
        toml_.report_unknown_keys(table, name, keys);
        IgnoredRule ignored;
        ignored.rule = toml_.required_string_at(table, name, key_rule, "the rule to ignore");
        ignored.path =
            toml_.required_string_at(table, name, key_path, "a glob of files, or \"**\"");
        ignored.reason =
            toml_.required_string_at(table, name, key_reason, "why the hub accepts it");
        ignored.line = TomlReader::line_of(table);
        settings_.ignored_rules.push_back(std::move(ignored));
    }

    TomlReader toml_;
    Settings settings_;
};

}  // namespace

Settings parse_settings(std::string_view toml, const std::string& path, Diagnostics& diagnostics) {
    if (has_too_many_dots(toml)) {
        throw UserError(to_text({Severity::error, "", path, 0,
                                 fmt::format("the file has over {} dots", toml_dot_limit),
                                 "keep settings short"}));
    }
    try {
        const toml::table root = toml::parse(toml, path);
        return SettingsReader(path, diagnostics).read(root);
    } catch (const toml::parse_error& error) {
        const toml::source_position& position = error.source().begin;
        throw UserError(to_text({Severity::error, "", path, static_cast<int>(position.line),
                                 fmt::format("not TOML at column {}: {}", position.column,
                                             toml_problem(error.description())),
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
