// SPDX-License-Identifier: Apache-2.0
// Reads globs of [[source]] and [[override]], and refuses those that can match nothing. Private to
// this module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/toml_reader.h"

namespace onnxhub {

/// A glob of files from the hub's root. Throws UserError with file and line when it is longer than
/// glob_size_limit or has a segment "." or "..".
std::string read_glob(const TomlReader& toml, const toml::node& node, const std::string& name);

/// The list of globs at `key`, up to source_list_limit; empty when the key is missing. An empty
/// list is an error.
std::vector<std::string> read_globs(const TomlReader& toml, const toml::table& table,
                                    std::string_view table_name, std::string_view key);

[[noreturn]] void fail_long_list(const TomlReader& toml, const toml::node& node,
                                 const std::string& name);

}  // namespace onnxhub
