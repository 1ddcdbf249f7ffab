// SPDX-License-Identifier: Apache-2.0
// [[source]] and [[override]] of onnxhub.toml: where models and their facts come from.
// docs/sources.md documents every key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sources/model_row.h"

namespace onnxhub {

// Limits on what a change of the settings can make others compute.
inline constexpr std::size_t source_limit = 64;        ///< [[source]]
inline constexpr std::size_t override_limit = 1000;    ///< [[override]]
inline constexpr std::size_t source_list_limit = 100;  ///< globs, or templates, in one list
inline constexpr std::size_t glob_size_limit = 1024;   ///< bytes of a glob

enum class SourceKind {
    tables,   ///< rows of Markdown and HTML tables
    files,    ///< the .onnx files themselves
    sidecar,  ///< a document beside each model
    records,  ///< one document with many models
    links,    ///< files with one URL each
};

/// One [[source]]. All texts are as written; the reader of each kind compiles them.
struct SourceSettings {
    SourceKind kind = SourceKind::tables;
    int line = 0;  ///< 1-based line in the settings

    /// Globs of READMEs (tables), models (files), or documents (other kinds).
    std::vector<std::string> paths;
    /// tables: headers by fact, any of which names its column. "model" is the column with links to
    /// models. Empty: this source are the official tables.
    std::map<std::string, std::vector<std::string>> columns;
    std::optional<std::string> pattern;  ///< files: RE2 pattern of whole paths with named groups
    /// sidecar: glob relative to the document's folder; a template that may use "stem", the
    /// document's file name without its last extension.
    std::string model;
    std::string records;  ///< records: "**" or a path such as "models.*"
    /// sidecar, records: path of each fact's value in the document, such as
    /// "onnx_model_information.opset".
    std::map<Fact, std::string> facts;

    std::optional<std::string> name;       ///< template
    std::vector<std::string> tags;         ///< templates; empty results are left out
    std::vector<std::string> distinguish;  ///< templates
};

/// Whether the source is the tables that a hub without [[source]] has, read in the same way.
inline bool reads_official_tables(const SourceSettings& source) {
    return source.kind == SourceKind::tables && source.paths.empty() && source.columns.empty();
}

/// One [[override]]: the last word on the facts of some models.
struct SourceOverride {
    int line = 0;                    ///< 1-based line in the settings
    std::vector<std::string> paths;  ///< globs of models
    std::optional<std::string> name;
    std::optional<std::int64_t> opset;
    std::optional<std::string> onnx_version;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> test_data;  ///< path of an archive from the hub's root
    ModelFacts about;
};

}  // namespace onnxhub
