// SPDX-License-Identifier: Apache-2.0
#include "sources/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/spelling.h"
#include "base/user_error.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

int first_line(const toml::source_region& source) {
    return static_cast<int>(source.begin.line);
}

std::string advice_for(std::string_view key, std::span<const std::string_view> known) {
    if (const auto meant = nearest(key, known)) return fmt::format("did you mean \"{}\"?", *meant);
    return fmt::format("the known keys are {}", fmt::join(known, ", "));
}

}  // namespace

bool has_too_many_dots(std::string_view toml) {
    return std::count(toml.begin(), toml.end(), '.') > toml_dot_limit;
}

const toml::table& TomlReader::table_at(const toml::node& node, const std::string& name) const {
    if (const toml::table* table = node.as_table()) return *table;
    fail(node, fmt::format("\"{}\" is not a table", name),
         fmt::format("write it as [{}] with its keys below", name));
}

std::vector<const toml::table*> TomlReader::tables_at(const toml::node& node,
                                                      const std::string& name) const {
    const toml::array* array = node.as_array();
    if (!array) {
        fail(node, fmt::format("{} is not a list of tables", name),
             fmt::format("write [[{}]] with its keys below", name));
    }
    std::vector<const toml::table*> tables;
    for (const toml::node& element : *array) tables.push_back(&table_at(element, name));
    return tables;
}

bool TomlReader::truth_at(const toml::node& node, const std::string& name) const {
    const auto* truth = node.as_boolean();
    if (!truth) {
        fail(node, fmt::format("{} is not true or false", name),
             fmt::format("write {} = true", name.substr(name.rfind('.') + 1)));
    }
    return truth->get();
}

std::int64_t TomlReader::integer_at(const toml::node& node, const std::string& name,
                                    std::int64_t least, std::int64_t greatest) const {
    const auto* integer = node.as_integer();
    if (!integer || integer->get() < least || integer->get() > greatest) {
        fail(node, fmt::format("{} is not an integer from {} to {}", name, least, greatest),
             "write the number without quotes");
    }
    return integer->get();
}

std::string TomlReader::string_at(const toml::node& node, const std::string& name) const {
    const auto* text = node.as_string();
    if (!text) fail(node, fmt::format("{} is not a string", name), "put it in quotes");
    if (text->get().empty()) fail(node, fmt::format("{} is empty", name), "remove the key");
    return text->get();
}

std::string TomlReader::required_string_at(const toml::table& table, std::string_view table_name,
                                           std::string_view key, std::string_view meaning) const {
    if (const toml::node* node = table.get(key))
        return string_at(*node, qualified(table_name, key));
    fail(table, fmt::format("{} lacks the key \"{}\"", table_name, key),
         fmt::format("add {} = \"…\": {}", key, meaning));
}

std::vector<std::string> TomlReader::strings_at(const toml::table& table,
                                                std::string_view table_name,
                                                std::string_view key) const {
    std::vector<std::string> strings;
    for (TomlText& element : texts_at(table, table_name, key)) {
        strings.push_back(std::move(element.text));
    }
    return strings;
}

std::vector<TomlText> TomlReader::texts_at(const toml::table& table, std::string_view table_name,
                                           std::string_view key) const {
    const toml::node* node = table.get(key);
    if (!node) return {};
    const std::string name = qualified(table_name, key);
    const toml::array* array = node->as_array();
    if (!array) {
        fail(*node, fmt::format("{} is not a list", name), fmt::format("write {} = [\"…\"]", key));
    }
    std::vector<TomlText> texts;
    for (const toml::node& element : *array) {
        texts.push_back({string_at(element, fmt::format("an element of {}", name)), &element});
    }
    return texts;
}

void TomlReader::report_unknown_keys(const toml::table& table, std::string_view table_name,
                                     std::span<const std::string_view> known) {
    std::vector<Diagnostic> found;
    for (const auto& [key, value] : table) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        found.push_back({Severity::warning, rule_id::unknown_setting, path_,
                         first_line(key.source()),
                         fmt::format("unknown key \"{}\"", qualified(table_name, key.str())),
                         advice_for(key.str(), known)});
    }
    // toml++ sorts keys by name, but people read from top to bottom.
    std::ranges::stable_sort(found, {}, &Diagnostic::line);
    for (Diagnostic& diagnostic : found) diagnostics_.report(std::move(diagnostic));
}

void TomlReader::fail(const toml::node& node, const std::string& message,
                      const std::string& hint) const {
    throw UserError(to_text({Severity::error, "", path_, line_of(node), message, hint}));
}

int TomlReader::line_of(const toml::node& node) {
    return first_line(node.source());
}

std::string TomlReader::qualified(std::string_view table_name, std::string_view key) {
    return table_name.empty() ? std::string(key) : fmt::format("{}.{}", table_name, key);
}

}  // namespace onnxhub
