// SPDX-License-Identifier: Apache-2.0
#include "generator/entry_claims.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "manifest/entry_name.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// Folders are searched from the model upwards; hubs are not nested this deeply.
constexpr int folder_depth_limit = 128;

class Claims {
public:
    Claims(const std::vector<EntryName>& entries, const InvalidRows& in_error)
        : has_lost_root_(in_error.has_lost_root) {
        std::set<std::string_view> present;
        for (const EntryName& entry : entries) present.insert(entry.model_path);
        for (const BrokenRow& row : in_error.rows) {
            if (!row.model_path.empty() && present.contains(row.model_path)) {
                names_at_path_[row.model_path].insert(row.name);
            } else if (!row.name.empty()) {
                names_in_folder_.insert({parent_folder(row.source_file), row.name});
            }
        }
        for (const std::string& readme : in_error.lost_readmes) {
            lost_folders_.insert(parent_folder(readme));
        }
    }

    EntryClaim on(const EntryName& entry) const {
        EntryClaim claim = has_lost_root_ ? EntryClaim::possible : EntryClaim::none;
        const auto at_path = names_at_path_.find(entry.model_path);
        if (at_path != names_at_path_.end()) {
            if (at_path->second.contains(entry.model)) return EntryClaim::certain;
            claim = EntryClaim::possible;
        }
        std::string_view folder = parent_folder(entry.model_path);
        for (int depth = 0; depth < folder_depth_limit; ++depth) {
            if (lost_folders_.contains(folder)) return EntryClaim::certain;
            if (names_in_folder_.contains({folder, entry.model})) claim = EntryClaim::possible;
            if (folder.empty()) break;
            folder = parent_folder(folder);
        }
        return claim;
    }

private:
    bool has_lost_root_;
    std::set<std::string_view> lost_folders_;
    std::map<std::string_view, std::set<std::string_view>> names_at_path_;
    std::set<std::pair<std::string_view, std::string_view>> names_in_folder_;
};

}  // namespace

InvalidRows invalid_rows(const HubRows& hub) {
    return {hub.has_lost_root, hub.lost_readmes, hub.broken};
}

std::vector<EntryClaim> claim_entries(const ManifestDocument& present,
                                      const InvalidRows& in_error) {
    std::vector<EntryClaim> claims(present.entries.size(), EntryClaim::none);
    if (!in_error.has_lost_root && in_error.lost_readmes.empty() && in_error.rows.empty()) {
        return claims;
    }
    std::vector<EntryName> names;
    names.reserve(claims.size());
    for (const ManifestEntry& entry : present.entries) names.push_back(name_of(entry));
    const Claims all(names, in_error);
    for (std::size_t i = 0; i < claims.size(); ++i) claims[i] = all.on(names[i]);
    return claims;
}

void add_claims(const std::vector<EntryClaim>& more, std::vector<EntryClaim>& claims) {
    if (claims.empty()) claims.resize(more.size(), EntryClaim::none);
    for (std::size_t i = 0; i < more.size(); ++i) claims[i] = std::max(claims[i], more[i]);
}

}  // namespace onnxhub
