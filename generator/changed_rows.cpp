// SPDX-License-Identifier: Apache-2.0
#include "generator/changed_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "generator/file_changes.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

using RowKey = std::tuple<std::string, std::string, std::int64_t>;

RowKey key_of(const ModelRow& row) {
    return {row.model_path, row.name, row.opset_version};
}

const std::string* feature_tensor_of(const Settings& settings, const ModelRow& row) {
    const auto found = settings.feature_tensors.find(row.name);
    return found == settings.feature_tensors.end() ? nullptr : &found->second;
}

bool same_features(const RowsOfHub& base, const RowsOfHub& now, const ModelRow& row) {
    const std::string* old_tensor = feature_tensor_of(base.settings, row);
    const std::string* new_tensor = feature_tensor_of(now.settings, row);
    const bool same_tensor =
        old_tensor && new_tensor ? *old_tensor == *new_tensor : old_tensor == new_tensor;
    return same_tensor && base.settings.features_tag == now.settings.features_tag;
}

/// External data files by model path, from the present manifest.
std::unordered_map<std::string, std::vector<std::string>> external_files(
    const ManifestDocument& present) {
    std::unordered_map<std::string, std::vector<std::string>> files;
    for (const ManifestEntry& entry : present.entries) {
        if (!entry.entry) continue;
        for (const ExternalDataFile& file : entry.entry->external_data) {
            if (std::holds_alternative<UnsafePath>(check_hub_path(file.path))) continue;
            files[entry.entry->model_path].push_back(file.path);
        }
    }
    return files;
}

}  // namespace

RowChanges find_changed_rows(const RowsOfHub& base, const RowsOfHub& now,
                             const ManifestDocument& present) {
    std::multimap<RowKey, const ModelRow*> base_rows;
    for (const ModelRow& row : base.rows) base_rows.emplace(key_of(row), &row);
    const auto externals = external_files(present);
    FileChanges files(base.tree, now.tree, FileAspect::content);
    const auto file_differs = [&files](const std::string& path) { return files.differs(path); };
    const auto files_differ = [&](const ModelRow& row) {
        if (file_differs(row.model_path)) return true;
        if (row.archive_path && file_differs(*row.archive_path)) return true;
        const auto found = externals.find(row.model_path);
        return found != externals.end() &&
               std::any_of(found->second.begin(), found->second.end(), file_differs);
    };

    RowChanges changes;
    std::set<RowKey> keys_now;
    for (std::size_t i = 0; i < now.rows.size(); ++i) {
        const ModelRow& row = now.rows[i];
        const auto [first, last] = base_rows.equal_range(key_of(row));
        const bool is_same = std::any_of(
            first, last, [&](const auto& other) { return row.says_the_same(*other.second); });
        if (!is_same || !same_features(base, now, row) || files_differ(row)) {
            changes.changed.push_back(i);
        }
        keys_now.insert(key_of(row));
    }
    for (const ModelRow& row : base.rows) {
        if (!keys_now.contains(key_of(row))) changes.gone.push_back(row);
    }
    return changes;
}

}  // namespace onnxhub
