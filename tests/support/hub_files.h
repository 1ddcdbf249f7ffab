// SPDX-License-Identifier: Apache-2.0
// A hub as plain files that a test may damage, and its findings from validation.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"
#include "sources/settings.h"
#include "tests/support/memory_tree.h"
#include "validator/change_rules.h"
#include "validator/finding.h"

namespace onnxhub::test {

inline constexpr const char* manifest_path = "ONNX_HUB_MANIFEST.json";

struct HubFiles {
    std::map<std::string, std::string> files;
    std::map<std::string, std::string> links;  ///< symbolic links and their targets
    std::vector<std::string> objects;          ///< contents in the local Git LFS store
    /// Makes the hub a change: the manifest of its base, and the settings or workflows that it
    /// edits.
    std::optional<std::string> base_manifest;
    std::vector<ChangedCheck> changed_checks;
    std::map<std::string, std::string> base_files;  ///< roots and statement of the base

    std::string& manifest() { return files.at(manifest_path); }
    ManifestDocument document() const;  ///< the parsed manifest, which must be valid
    MemoryTree tree() const;

    /// Stores `content` in Git LFS, and its pointer at `path`.
    void put_in_lfs(const std::string& path, const std::string& content);
    void regenerate();  ///< regenerates the manifest
};

/// Twelve models in three folders with archives, two opsets of one model, and external data, all in
/// Git LFS and without findings.
HubFiles healthy_hub();

/// An archive with `model` and one test data set that fits its ports, with one tensor per port.
std::string archive_of(const std::string& model, const std::vector<std::int64_t>& input_dims,
                       const std::vector<std::int64_t>& output_dims);

/// All findings, including notes. Without a checker, its rules are skipped for every model.
std::vector<Finding> validate_files(const HubFiles& hub, ModelChecker* checker = nullptr);

/// The same for a tree, with settings and manifest from `hub`.
std::vector<Finding> validate_tree(const HubFiles& hub, const Tree& tree,
                                   ModelChecker* checker = nullptr,
                                   ShapeInference* inference = nullptr);

/// The report of the hub or of a shard, including notes.
ValidationReport report_on(const HubFiles& hub, const Tree& tree, std::optional<Shard> shard,
                           ModelChecker* checker = nullptr, ShapeInference* inference = nullptr);

/// 1-based number of the line with the n-th occurrence (from 0) of `text`; 0 when there is none.
int line_of(const std::string& document, const std::string& text, std::size_t n = 0);

}  // namespace onnxhub::test
