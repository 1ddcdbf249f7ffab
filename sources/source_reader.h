// SPDX-License-Identifier: Apache-2.0
// Reads one [[source]]: every kind gives the same description of models, which sources/hub_rows
// merges into rows. Private to this module.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

/// A value as a source states it. Numbers and digests are parsed when rows are made.
struct StatedValue {
    std::string text;
    int line = 0;  ///< 1-based line in the source's file; 0: the file as a whole
    int cell = 0;  ///< 1-based number in a row of a Markdown table; 0: the whole line
};

/// A model as one source describes it. Other sources and overrides may add to it.
struct DescribedModel {
    std::string source_file;  ///< document, README, or the model itself (SourceKind::files)
    int line = 0;             ///< 1-based; 0: the file as a whole
    RowCells cells = {};      ///< of `line`
    std::string model_path;   ///< from the hub's root, normalized
    /// All facts except path, url and tags. A fact without a value is absent. The path of the test
    /// data is from the hub's root.
    std::map<Fact, StatedValue> facts;
    std::vector<std::string> urls;         ///< of a model whose bytes are elsewhere
    std::optional<std::string> name;       ///< result of the template
    std::vector<std::string> tags;         ///< results of the templates, without empty ones
    std::vector<std::string> distinguish;  ///< results of the templates, without empty ones
};

struct SourceResult {
    std::vector<DescribedModel> models;  ///< by source file, then in its order
    std::vector<BrokenRow> broken;       ///< rows and records that describe no model
    /// Documents that could not be read completely: they may describe entries of the manifest.
    std::vector<std::string> lost_files;
    /// SourceKind::files: models that a glob matches and the pattern does not.
    std::vector<std::string> mismatches;
    Diagnostics diagnostics;
};

/// Adds `more` at the end of `all`.
void append(SourceResult more, SourceResult& all);

/// What a reader may use. Readers work in parallel over documents, and their results do not depend
/// on the number of threads.
struct SourceRequest {
    const Tree& tree;
    const std::vector<std::string>& files;   ///< all files of the tree, sorted
    const std::vector<std::string>& models;  ///< the models that no setting excludes, sorted
    const Settings& settings;
    const SourceSettings& source;
    unsigned jobs = 0;
};

SourceResult read_table_source(const SourceRequest& request);    ///< tables with `columns`
SourceResult read_file_source(const SourceRequest& request);     ///< .onnx files and their paths
SourceResult read_sidecar_source(const SourceRequest& request);  ///< documents beside models
SourceResult read_record_source(const SourceRequest& request);   ///< documents with many models
SourceResult read_link_source(const SourceRequest& request);     ///< files that hold one URL

}  // namespace onnxhub
