// SPDX-License-Identifier: Apache-2.0
// onnxhub.toml at a hub's root: what a team sets once instead of on every command line.
// Every key is documented in docs/settings.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"

namespace onnxhub {

inline constexpr std::string_view settings_file_name = "onnxhub.toml";

/// Larger settings are refused.
inline constexpr std::uint64_t settings_size_limit = 1024 * 1024;  // bytes

/// [[validate.ignore]]: findings a hub lives with, and why.
struct IgnoredRule {
    std::string rule;    ///< id of a rule or name of a family
    std::string path;    ///< glob of files; findings about a model go by the model's path too
    std::string reason;  ///< never empty
    int line = 0;        ///< 1-based, in the settings

    bool operator==(const IgnoredRule&) const = default;
};

struct Settings {
    std::string file;  ///< where they were read, for findings about them; empty: defaults
    std::vector<std::string> exclude;  ///< [generate] exclude: globs of model paths left out
    std::vector<std::string>
        strip_tags;         ///< [generate] strip_tags: leading folders that are no tags
    bool discover = false;  ///< [generate] discover: models in no table get entries too
    std::map<std::string, std::string> feature_tensors;  ///< [features.tensors]: model → tensor
    std::optional<std::string> features_tag;  ///< [features] tag: only models with it get features
    std::vector<IgnoredRule> ignored_rules;   ///< in the order of the file
    /// [validate] stale_manifest = "note": the main branch regenerates the manifest, so that what
    /// `generate` repairs is no error in a pull request.
    bool tolerates_stale_manifest = false;
};

/// Throws UserError with file, line and column when `toml` is no TOML or a key has the wrong
/// type; unknown keys are warnings that name the nearest known one.
Settings parse_settings(std::string_view toml, const std::string& path, Diagnostics& diagnostics);

/// Reads `file` of the disk when given, else onnxhub.toml of the hub; without either, the defaults.
/// Throws UserError as parse_settings() does, and when the file cannot be read.
Settings read_settings(const Tree& tree, const std::optional<std::string>& file,
                       Diagnostics& diagnostics);

}  // namespace onnxhub
