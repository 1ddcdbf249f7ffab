// SPDX-License-Identifier: Apache-2.0
// onnxhub.toml at a hub's root: settings of the team, instead of options on every command line.
// docs/settings.md documents every key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/repository_url.h"
#include "repository/tree.h"
#include "sources/source_settings.h"

namespace onnxhub {

inline constexpr std::string_view settings_file_name = "onnxhub.toml";

/// Larger settings are refused.
inline constexpr std::uint64_t settings_size_limit = 1024 * 1024;  // bytes

/// [[validate.ignore]]: findings that the hub accepts, with a reason.
struct IgnoredRule {
    std::string rule;    ///< id of a rule or name of a family
    std::string path;    ///< glob of files; also matches the model's path of findings about a model
    std::string reason;  ///< never empty
    int line = 0;        ///< 1-based line in the settings

    bool operator==(const IgnoredRule&) const = default;
};

/// [[validate.tolerance]]: how far outputs of models may differ from the expected ones.
struct RunTolerance {
    std::string path;                ///< glob of models
    std::optional<double> relative;  ///< absent: the usual one
    std::optional<double> absolute;

    bool operator==(const RunTolerance&) const = default;
};

struct Settings {
    std::string file;  ///< path of the settings, for findings about them; empty: defaults
    std::vector<std::string> exclude;  ///< [generate] exclude: globs of model paths to exclude
    /// [generate] strip_tags: leading folders that are not tags.
    std::vector<std::string> strip_tags;
    /// [generate] discover: also makes entries for models that no table lists.
    bool discover = false;
    /// [generate] repository: URLs of its files are links to files of the hub.
    std::optional<RepositoryUrl> repository;
    /// [generate] opsets: entries of models that import several domains list all of them.
    bool lists_opsets = false;
    std::map<std::string, std::string> feature_tensors;  ///< [features.tensors]: model → tensor
    std::optional<std::string> features_tag;  ///< [features] tag: only models with it get features
    std::vector<IgnoredRule> ignored_rules;   ///< in the order of the file
    /// [validate] stale_manifest = "note": the main branch regenerates the manifest, so in a pull
    /// request the findings that `generate` repairs are not errors.
    bool tolerates_stale_manifest = false;
    /// [validate] domains: domains whose operators are not known here, but welcome.
    std::vector<std::string> accepted_domains;
    std::vector<RunTolerance> tolerances;   ///< the last one whose path matches counts
    std::vector<SourceSettings> sources;    ///< [[source]]; empty: the official tables
    std::vector<SourceOverride> overrides;  ///< [[override]]
    /// [peek] mirrors: servers that have the models too, to read their graphs from.
    std::vector<std::string> peek_mirrors;
    /// root_license: the repository's own LICENSE file is the license of its models too.
    bool root_license = false;
};

/// Throws UserError with file, line and column when `toml` is not TOML or a key has the wrong type.
/// Unknown keys are warnings that name the most similar known key.
Settings parse_settings(std::string_view toml, const std::string& path, Diagnostics& diagnostics);

/// Reads `file` of the disk when given, else onnxhub.toml of the hub; without either, the defaults.
/// Throws UserError as parse_settings() does, and when the file cannot be read.
Settings read_settings(const Tree& tree, const std::optional<std::string>& file,
                       Diagnostics& diagnostics);

}  // namespace onnxhub
