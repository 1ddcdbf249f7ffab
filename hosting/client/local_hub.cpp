// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/local_hub.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_manifest.h"
#include "manifest/manifest.h"
#include "repository/hub_location.h"

namespace onnxhub {
LocalHub::LocalHub(const std::string& location) : location_(location) {
    const HubLocation found = locate_hub(location);
    if (found.repository) lfs_storage_ = found.repository->lfs_storage();
    if (found.reads_commit) {
        commit_ = found.repository->resolve_commit(found.ref);
        ref_ = found.ref;
        tree_ = found.repository->tree_of(*commit_, found.subfolder);
    } else {
        folder_ = found.folder;
        tree_ = found.repository ? found.repository->working_tree(found.subfolder)
                                 : folder_tree(found.folder);
    }
}

std::unique_ptr<ByteSource> LocalHub::open_manifest() const {
    const auto path = resolve(std::string(manifest_file_name));
    if (!path) {
        throw UserError(manifest_name() +
                        ": does not exist; name a hub's directory, or write owner/name for one "
                        "on GitHub");
    }
    return tree_->open(*path);
}

std::string LocalHub::manifest() const {
    return read_whole(*open_manifest(), manifest_size_limit, manifest_name());
}

std::optional<std::string> LocalHub::read(const std::string& path,
                                          std::uint64_t limit_bytes) const {
    const auto resolved = resolve(path);
    if (!resolved) return std::nullopt;
    return read_whole(*tree_->open(*resolved), limit_bytes, location_ + "/" + path);
}

std::string LocalHub::manifest_name() const {
    return location_ + (location_.ends_with('/') ? "" : "/") + std::string(manifest_file_name);
}

std::vector<LocalHub::Bytes> LocalHub::find(const std::string& hub_path, const Sha256& sha,
                                            std::optional<std::uint64_t> size_bytes) const {
    std::vector<Bytes> found;
    found.push_back({location_ + "/" + hub_path, nullptr});
    if (const auto path = resolve(hub_path)) {
        found.back().source = tree_->open(*path);
        if (!folder_.empty()) found.back().file = folder_ / *path;
    }
    if (!size_bytes) return found;
    const LfsPointer pointer{sha, *size_bytes};
    found.push_back({"the LFS object of " + hub_path, tree_->open_lfs_object(pointer)});
    found.back().is_lfs_object = true;
    if (found.back().source) {
        const std::string oid = to_hex(sha);
        found.back().file = lfs_storage_ / "objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid;
    }
    return found;
}

/// The path of the regular file that `hub_path` leads to; nullopt when there is none.
std::optional<std::string> LocalHub::resolve(const std::string& hub_path) const {
    const auto resolved = resolve_symlinks(*tree_, hub_path);
    const auto* path = std::get_if<std::string>(&resolved);
    const auto stat = path ? tree_->stat(*path) : std::nullopt;
    if (!stat || stat->kind != FileKind::regular) return std::nullopt;
    return *path;
}

}  // namespace onnxhub
