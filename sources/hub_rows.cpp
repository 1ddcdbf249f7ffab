// SPDX-License-Identifier: Apache-2.0
#include "sources/hub_rows.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "manifest/hub_path.h"
#include "sources/official_rows.h"
#include "sources/row_settings.h"
#include "sources/source_rows.h"

namespace onnxhub {
namespace {

std::vector<std::string> folder_tags(const std::string& path) {
    std::vector<std::string> tags;
    std::string_view folder = parent_folder(path);
    while (!folder.empty()) {
        std::string tag(file_name(folder));
        std::replace(tag.begin(), tag.end(), '_', ' ');
        tags.insert(tags.begin(), std::move(tag));
        folder = parent_folder(folder);
    }
    return tags;
}

}  // namespace

HubRows read_hub_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                      Diagnostics& diagnostics) {
    if (settings.sources.empty() && settings.overrides.empty()) {
        return read_official_rows(tree, settings, jobs, diagnostics);
    }
    return read_source_rows(tree, settings, jobs, diagnostics);
}

std::vector<ModelRow> discover_models(const std::vector<std::string>& files,
                                      const Settings& settings,
                                      const std::vector<ModelRow>& listed) {
    std::unordered_set<std::string> known;
    for (const ModelRow& model : listed) known.insert(model.model_path);
    std::vector<ModelRow> found;
    for (const std::string& path : files) {
        if (!path.ends_with(model_suffix) || known.contains(path) || is_excluded(settings, path)) {
            continue;
        }
        ModelRow model;
        model.source_file = path;  // diagnostics point at the model itself
        model.model_path = path;
        model.name = file_name(path);
        model.name.resize(model.name.size() - model_suffix.size());
        model.tags = folder_tags(path);
        strip_tags(settings, model);
        found.push_back(std::move(model));
    }
    return found;
}

std::vector<ModelRow> discover_unlisted_models(const std::vector<std::string>& files,
                                               const Settings& settings, const HubRows& hub) {
    if (hub.is_root_unusable) return {};
    std::vector<ModelRow> found = discover_models(files, settings, hub.models);
    std::unordered_set<std::string> paths;
    for (const BrokenRow& row : hub.broken) paths.insert(row.model_path);
    std::set<std::string, std::less<>> folders;
    for (const std::string& readme : hub.lost_readmes) folders.emplace(parent_folder(readme));
    std::erase_if(found, [&](const ModelRow& model) {
        if (paths.contains(model.model_path)) return true;
        std::string_view folder = model.model_path;
        while (!folders.empty() && !folder.empty()) {
            folder = parent_folder(folder);
            if (folders.contains(folder)) return true;
        }
        return false;
    });
    return found;
}

}  // namespace onnxhub
