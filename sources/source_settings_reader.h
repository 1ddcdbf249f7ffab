// SPDX-License-Identifier: Apache-2.0
// Reads [[source]] and [[override]] of onnxhub.toml, and checks everything in them that needs no
// files: globs, patterns, templates, and paths of facts. Private to this module.
#pragma once

#include <vector>

#include "sources/source_settings.h"
#include "sources/toml_reader.h"

namespace onnxhub {

/// Throw UserError with file and line for the first mistake, and report unknown keys as warnings.
std::vector<SourceSettings> read_source_settings(const toml::node& node, TomlReader& toml);
std::vector<SourceOverride> read_source_overrides(const toml::node& node, TomlReader& toml);

}  // namespace onnxhub
