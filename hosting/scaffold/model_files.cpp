// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/model_files.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/spelling.h"
#include "hosting/scaffold/hub_text.h"
#include "manifest/hub_path.h"
#include "model/onnx_skeleton.h"
#include "sources/row_settings.h"
#include "sources/settings.h"

namespace onnxhub {

std::optional<std::set<std::string>> weights_of_graph(const Tree& hub,
                                                      const std::string& model_path) {
    const auto resolved = resolve_symlinks(hub, model_path);
    const auto* file = std::get_if<std::string>(&resolved);
    const auto stat = file ? hub.stat(*file) : std::nullopt;
    if (!stat || stat->kind != FileKind::regular) return std::nullopt;
    const auto skeleton = read_skeleton(*hub.open(*file));
    const auto* model = std::get_if<OnnxSkeleton>(&skeleton);
    if (!model) return std::nullopt;
    std::set<std::string> paths;
    for (const std::string& location : model->external_locations) {
        auto path = clean_hub_path(parent_folder(model_path), location);
        if (auto* clean = std::get_if<std::string>(&path)) paths.insert(std::move(*clean));
    }
    return paths;
}

FilesOfModel files_of_model(const Tree& hub, const std::vector<ModelRow>& rows,
                            const ManifestDocument* manifest, const std::string& model_path) {
    FilesOfModel files;
    auto weights = weights_of_graph(hub, model_path);
    files.has_known_weights = weights.has_value();
    if (weights) files.weights = std::move(*weights);
    for (const ModelRow& row : rows) {
        if (row.model_path == model_path && row.archive_path)
            files.archives.insert(*row.archive_path);
    }
    if (!manifest) return files;
    for (const ManifestEntry& entry : manifest->entries) {
        if (!entry.entry || entry.entry->model_path != model_path) continue;
        files.has_known_weights = true;
        for (const ExternalDataFile& file : entry.entry->external_data)
            files.weights.insert(file.path);
        if (entry.entry->archive_path) files.archives.insert(*entry.entry->archive_path);
    }
    return files;
}

FileUsers::FileUsers(const Tree& hub, const std::vector<ModelRow>& rows,
                     const ManifestDocument* manifest, std::set<std::string> leaving)
    : hub_(hub), leaving_(std::move(leaving)) {
    for (const ModelRow& row : rows) {
        if (leaving_.contains(row.model_path)) continue;
        models_.insert(row.model_path);
        if (row.archive_path) users_.try_emplace(*row.archive_path, row.model_path);
    }
    if (!manifest) return;
    for (const ManifestEntry& entry : manifest->entries) {
        if (!entry.entry || leaving_.contains(entry.entry->model_path)) continue;
        const std::string& model = entry.entry->model_path;
        models_.insert(model);
        for (const ExternalDataFile& file : entry.entry->external_data) {
            users_.try_emplace(file.path, model);
        }
        if (entry.entry->archive_path) users_.try_emplace(*entry.entry->archive_path, model);
    }
}

void FileUsers::add_graphs() {
    if (std::exchange(has_graphs_, true)) return;
    // Models that nothing describes use their weights too.
    for (const std::string& path : hub_.list()) {
        if (path.ends_with(model_suffix) && !leaving_.contains(path)) models_.insert(path);
    }
    for (const std::string& model : models_) {
        for (const std::string& file :
             weights_of_graph(hub_, model).value_or(std::set<std::string>())) {
            users_.try_emplace(file, model);
        }
    }
}

std::optional<std::string> FileUsers::user_of(const std::string& path) {
    add_graphs();
    if (models_.contains(path)) return path;
    const auto user = users_.find(path);
    return user == users_.end() ? std::nullopt : std::optional(user->second);
}

bool can_belong_to_model(const std::string& path) {
    const std::string name(lower_case(file_name(path)));
    return !has_hidden_segment(path) && !path.ends_with(model_suffix) &&
           name != lower_case("README.md") && path != manifest_file_name &&
           path != settings_file_name && !std::holds_alternative<UnsafePath>(check_hub_path(path));
}

}  // namespace onnxhub
