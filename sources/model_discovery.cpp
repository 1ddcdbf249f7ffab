// SPDX-License-Identifier: Apache-2.0
#include "sources/model_discovery.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "manifest/hub_path.h"
#include "sources/row_overrides.h"
#include "sources/row_settings.h"

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

ModelRow discovered_row(const std::string& path, const Settings& settings) {
    ModelRow model;
    model.source_file = path;  // diagnostics point at the model itself
    model.model_path = path;
    model.name = file_name(path);
    model.name.resize(model.name.size() - model_suffix.size());
    model.tags = folder_tags(path);
    strip_tags(settings, model);
    return model;
}

void override_facts(RowOverrides& overrides, const Settings& settings, ModelRow& model) {
    StatedFacts stated;
    if (overrides.apply(model, stated).empty()) return;
    stated.source = settings.sources.size();
    model.stated = std::make_shared<const StatedFacts>(std::move(stated));
}

}  // namespace

std::vector<ModelRow> discover_models(const std::vector<std::string>& files,
                                      const Settings& settings,
                                      const std::vector<ModelRow>& listed) {
    std::unordered_set<std::string> known;
    for (const ModelRow& model : listed) known.insert(model.model_path);
    RowOverrides overrides(settings);
    std::vector<ModelRow> found;
    for (const std::string& path : files) {
        if (!path.ends_with(model_suffix) || known.contains(path) || is_excluded(settings, path)) {
            continue;
        }
        override_facts(overrides, settings, found.emplace_back(discovered_row(path, settings)));
    }
    return found;
}

std::vector<ModelRow> discover_unlisted_models(const std::vector<std::string>& files,
                                               const Settings& settings, const HubRows& hub) {
    if (hub.is_root_unusable) return {};
    std::vector<ModelRow> found = discover_models(files, settings, hub.models);
    const InvalidStatements invalid(hub);
    std::erase_if(found,
                  [&](const ModelRow& model) { return invalid.may_describe(model.model_path); });
    return found;
}

InvalidStatements::InvalidStatements(const HubRows& hub) {
    for (const BrokenRow& row : hub.broken) paths_.insert(row.model_path);
    for (const std::string& file : hub.lost_readmes) folders_.insert(parent_folder(file));
}

bool InvalidStatements::may_describe(const std::string& model_path) const {
    if (paths_.contains(model_path)) return true;
    std::string_view folder = model_path;
    while (!folders_.empty() && !folder.empty()) {
        folder = parent_folder(folder);
        if (folders_.contains(folder)) return true;
    }
    return false;
}

}  // namespace onnxhub
