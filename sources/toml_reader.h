// SPDX-License-Identifier: Apache-2.0
// Reads values of onnxhub.toml with one wording for everything that can be wrong. Messages name
// keys with their tables: "features.tag". Private to this module.
#pragma once

#include <toml++/toml.h>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"

namespace onnxhub {

/// toml++ parses nested tables recursively, and each dot of a key may nest another one.
inline constexpr std::ptrdiff_t toml_dot_limit = 10'000;
bool has_too_many_dots(std::string_view toml);

/// A string of a list, with its place.
struct TomlText {
    std::string text;
    const toml::node* node;
};

/// All functions that return a value throw UserError with file and line when it has another type.
/// A `name` is a qualified key; a `key` is looked up in `table`, which is called `table_name`.
class TomlReader {
public:
    TomlReader(const std::string& path, Diagnostics& diagnostics)
        : path_(path), diagnostics_(diagnostics) {}

    const toml::table& table_at(const toml::node& node, const std::string& name) const;

    /// The tables of [[name]].
    std::vector<const toml::table*> tables_at(const toml::node& node,
                                              const std::string& name) const;

    bool truth_at(const toml::node& node, const std::string& name) const;

    /// An integer from `least` to `greatest`.
    std::int64_t integer_at(const toml::node& node, const std::string& name, std::int64_t least,
                            std::int64_t greatest) const;

    std::string string_at(const toml::node& node, const std::string& name) const;  ///< not empty

    /// `meaning` says in the error what the key is for.
    std::string required_string_at(const toml::table& table, std::string_view table_name,
                                   std::string_view key, std::string_view meaning) const;

    /// Empty when the key is missing.
    std::vector<std::string> strings_at(const toml::table& table, std::string_view table_name,
                                        std::string_view key) const;
    std::vector<TomlText> texts_at(const toml::table& table, std::string_view table_name,
                                   std::string_view key) const;

    /// Reports each key that is not `known`, with the most similar one.
    void report_unknown_keys(const toml::table& table, std::string_view table_name,
                             std::span<const std::string_view> known);

    [[noreturn]] void fail(const toml::node& node, const std::string& message,
                           const std::string& hint) const;

    static int line_of(const toml::node& node);
    static std::string qualified(std::string_view table_name, std::string_view key);

private:
    const std::string& path_;
    Diagnostics& diagnostics_;
};

}  // namespace onnxhub
