// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/local_hub.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "hosting/client/hub_manifest.h"
#include "manifest/environment_error.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct Location {
    std::string folder;
    std::string ref;  ///< "" unless said
};

/// A folder may have a colon in its name, so what is there decides.
Location split(const std::string& location) {
    std::error_code error;
    const std::size_t colon = location.rfind(':');
    if (fs::is_directory(location, error) || colon == location.npos) return {location, ""};
    // A ref may hold no colon, and a path's colon would be followed by '/' or the folder be there.
    return {location.substr(0, colon), location.substr(colon + 1)};
}

/// `folder` from the top of the working tree; "" at the top.
std::string below_top(const GitRepository& repository, const fs::path& folder) {
    std::error_code error;
    const fs::path top = fs::weakly_canonical(repository.working_folder(), error);
    const fs::path below = fs::weakly_canonical(folder, error).lexically_relative(top);
    return below == "." ? "" : below.string();
}

/// A hub's files may be read even if git mistrusts the repository around them.
std::shared_ptr<const GitRepository> find_repository(const std::string& folder,
                                                     const std::string& ref) {
    std::error_code error;
    try {
        return GitRepository::find(folder);
    } catch (const EnvironmentError&) {
        if (!ref.empty() || !fs::exists(fs::path(folder) / manifest_file_name, error)) throw;
        return nullptr;
    }
}

}  // namespace

LocalHub::LocalHub(const std::string& location) : location_(location) {
    const auto [folder, ref] = split(location);
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        throw EnvironmentError(folder +
                               ": is no folder; name a hub's folder, or write owner/name for one "
                               "on GitHub");
    }
    const auto repository = find_repository(folder, ref);
    const bool reads_commit = !ref.empty() || (repository && repository->is_bare());
    if (reads_commit && !repository) {
        throw EnvironmentError(folder + ": is no git repository; leave out \":" + ref + "\"");
    }
    if (reads_commit) {
        commit_ = repository->resolve_commit(ref.empty() ? "HEAD" : ref);
        tree_ = repository->tree_of(*commit_,
                                    repository->is_bare() ? "" : below_top(*repository, folder));
    } else {
        tree_ = repository ? repository->working_tree(below_top(*repository, folder))
                           : folder_tree(folder);
    }
}

std::string LocalHub::manifest() const {
    const auto source = open(std::string(manifest_file_name));
    if (!source) {
        throw EnvironmentError(manifest_name() +
                               ": is not there; name a hub's folder, or write owner/name for one "
                               "on GitHub");
    }
    return read_whole(*source, manifest_size_limit, manifest_name());
}

std::string LocalHub::manifest_name() const {
    return location_ + (location_.ends_with('/') ? "" : "/") + std::string(manifest_file_name);
}

std::vector<LocalHub::Bytes> LocalHub::find(const std::string& hub_path, const Sha256& sha,
                                            std::uint64_t size_bytes) const {
    std::vector<Bytes> found;
    found.push_back({location_ + "/" + hub_path, open(hub_path)});
    const LfsPointer pointer{sha, size_bytes};
    found.push_back({"the LFS object of " + hub_path, tree_->open_lfs_object(pointer)});
    return found;
}

std::unique_ptr<ByteSource> LocalHub::open(const std::string& hub_path) const {
    const auto resolved = resolve_symlinks(*tree_, hub_path);
    const auto* path = std::get_if<std::string>(&resolved);
    const auto stat = path ? tree_->stat(*path) : std::nullopt;
    if (!stat || stat->kind != FileKind::regular) return nullptr;
    return tree_->open(*path);
}

}  // namespace onnxhub
