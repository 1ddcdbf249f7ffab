// SPDX-License-Identifier: Apache-2.0
#include "diff/manifest_rows.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "diff/model_files.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// The entry as a row. The content of a model in the hub is described by its file.
ModelRow row_of(const Entry& entry, int line) {
    ModelRow row;
    row.source_file = std::string(manifest_file_name);
    row.line = line;
    row.name = entry.model;
    row.model_path = entry.model_path;
    row.archive_path = entry.archive_path;
    row.onnx_version = entry.onnx_version;
    row.opset_version = entry.opset_version;
    row.tags = entry.tags;
    StatedFacts stated;
    stated.urls = entry.sources;
    stated.about = entry.about;
    if (!entry.sources.empty()) {
        stated.sha = entry.content.sha;
        stated.size_bytes = entry.content.size_bytes;
    }
    row.stated = std::make_shared<const StatedFacts>(std::move(stated));
    return row;
}

bool is_stated(const ModelRow& row) {
    return row.stated || states_opset(row);
}

}  // namespace

std::set<std::string> models_elsewhere_in_manifest(const HubSide& side) {
    std::set<std::string> paths;
    if (!side.manifest || !side.settings.sources.empty()) return paths;
    for (const ManifestEntry& present : side.manifest->entries) {
        if (!present.entry || present.entry->sources.empty()) continue;
        const std::string& path = present.entry->model_path;
        const bool is_safe = std::holds_alternative<std::string>(check_hub_path(path));
        if (is_safe && !ModelFiles::has_file(side.tree, path)) paths.insert(path);
    }
    return paths;
}

void add_manifest_rows(const HubSide& side, const std::set<std::string>& paths, SideRows& rows) {
    if (!side.manifest || !side.settings.sources.empty() || paths.empty()) return;
    RowsByPath from_manifest;
    for (const ManifestEntry& present : side.manifest->entries) {
        if (!present.entry || !paths.contains(present.entry->model_path)) continue;
        from_manifest[present.entry->model_path].push_back(row_of(*present.entry, present.line));
    }
    for (auto& [path, described] : from_manifest) {
        std::vector<ModelRow>& known = rows.rows[path];
        if (std::ranges::none_of(known, is_stated)) known = std::move(described);
    }
}

}  // namespace onnxhub
