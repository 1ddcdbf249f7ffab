// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_history.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/user_error.h"
#include "manifest/manifest.h"
#include "manifest/manifest_reader.h"
#include "repository/commit_history.h"
#include "repository/hub_location.h"
#include "repository/tree.h"

namespace onnxhub {
namespace {

struct ListedModel {
    std::string model;
    std::string sha;
};

using Listing = std::map<std::string, ListedModel>;  ///< by path

Listing listing_of(const std::string& text) {
    Listing listing;
    const ManifestDocument manifest = read_manifest(text, std::string(manifest_file_name));
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry) continue;
        const auto& sha = present.entry->content.sha;
        listing[present.entry->model_path] = {present.entry->model, sha ? to_hex(*sha) : ""};
    }
    return listing;
}

/// A version of the manifest, and the commit that brought it.
struct Version {
    PastCommit commit;
    Listing listing;
};

struct Versions {
    std::vector<Version> list;  ///< newest first
    bool has_first = false;     ///< the last one is the first that the hub had
};

Listing read_listing(const Tree& tree) {
    const std::string name(manifest_file_name);
    return listing_of(read_whole(*tree.open(name), history_manifest_size, name));
}

Versions versions_of(const HubLocation& hub, const CommitHistory& history) {
    Versions versions;
    std::optional<BlobId> last;
    for (const PastCommit& commit : history.commits) {
        if (!commit.file) {
            versions.has_first = true;
            return versions;
        }
        if (commit.file == last) {
            versions.list.back().commit = commit;  // the same bytes were there before
            continue;
        }
        if (versions.list.size() == history_manifest_limit) return versions;
        const auto tree = hub.repository->tree_of(commit.id, hub.subfolder);
        versions.list.push_back({commit, read_listing(*tree)});
        last = commit.file;
    }
    versions.has_first = history.is_complete;
    return versions;
}

void add_changes(const Version& version, const Listing* before, const Listing& present,
                 std::vector<HistoryEntry>& changes) {
    for (const auto& [path, listed] : version.listing) {
        const auto earlier = before ? before->find(path) : Listing::const_iterator();
        const bool is_new = !before || earlier == before->end();
        if (!present.contains(path) || (!is_new && earlier->second.sha == listed.sha)) continue;
        changes.push_back(
            {version.commit.seconds, version.commit.id, is_new, listed.model, path, listed.sha});
    }
}

std::vector<HistoryEntry> changes_between(const Versions& versions) {
    std::vector<HistoryEntry> changes;
    for (std::size_t i = 0; i < versions.list.size(); ++i) {
        const bool is_oldest = i + 1 == versions.list.size();
        if (is_oldest && !versions.has_first) break;  // what it changed is unknown
        add_changes(versions.list[i], is_oldest ? nullptr : &versions.list[i + 1].listing,
                    versions.list.front().listing, changes);
    }
    return changes;
}

}  // namespace

std::vector<HistoryEntry> hub_history(const std::string& location) {
    try {
        const HubLocation hub = locate_hub(location);
        if (!hub.repository) return {};
        const CommitId tip = hub.repository->resolve_commit(hub.reads_commit ? hub.ref : "HEAD");
        const std::string manifest =
            (hub.subfolder.empty() ? "" : hub.subfolder + "/") + std::string(manifest_file_name);
        const CommitHistory history =
            first_parents(hub.repository->git_folder(), tip, manifest, history_commit_limit);
        return changes_between(versions_of(hub, history));
    } catch (const UserError&) {
        return {};
    }
}

}  // namespace onnxhub
