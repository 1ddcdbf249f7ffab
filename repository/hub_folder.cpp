// SPDX-License-Identifier: Apache-2.0
#include "repository/hub_folder.h"

#include <system_error>
#include <utility>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "repository/git_folder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The path of `folder` below the top of the repository's working tree.
std::string subfolder_of(const fs::path& folder, const GitRepository& repository) {
    if (repository.is_bare()) return "";
    std::error_code error;
    const fs::path relative = fs::relative(
        fs::canonical(folder, error), fs::canonical(repository.working_folder(), error), error);
    if (error || relative.empty() || relative == ".") return "";
    return relative.generic_string();
}

}  // namespace

HubFolder open_hub(const fs::path& folder, const std::optional<std::string>& revision) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        const char* problem =
            fs::exists(folder, error) ? ": is not a directory" : ": does not exist";
        throw UserError(folder.string() + problem + "; name the hub's top directory");
    }
    HubFolder hub;
    hub.folder = folder;
    hub.revision = revision;
    hub.repository = GitRepository::find(folder);
    if (revision && !hub.repository) {
        throw UserError(folder.string() +
                        ": is not in a git repository, so it has no "
                        "revision " +
                        *revision + "; leave out --rev");
    }
    if (!revision && hub.repository && hub.repository->is_bare()) {
        throw UserError(folder.string() +
                        ": is a bare repository, which has no files of its own; say which "
                        "revision with --rev, such as --rev HEAD");
    }
    if (hub.repository) hub.subfolder = subfolder_of(folder, *hub.repository);
    if (revision) hub.commit = hub.repository->resolve_commit(*revision);
    if (hub.repository && !revision) hub.index_stamp = stamp_of(index_file_of(*hub.repository));
    hub.tree = open_tree(hub);
    return hub;
}

bool has_git_worked(const HubFolder& hub) {
    if (!hub.repository || hub.commit) return false;
    return is_git_at_work(*hub.repository) ||
           stamp_of(index_file_of(*hub.repository)) != hub.index_stamp;
}

std::unique_ptr<Tree> open_tree(const HubFolder& hub) {
    if (!hub.repository) return folder_tree(hub.folder);
    if (hub.commit) return hub.repository->tree_of(*hub.commit, hub.subfolder);
    return hub.repository->working_tree(hub.subfolder);
}

std::string state_text(const HubFolder& hub) {
    const std::string version = ONNXHUB_VERSION;
    if (hub.commit) return version + " " + *hub.commit;
    if (!hub.repository) return version;
    try {
        return version + " " + hub.repository->resolve_commit("HEAD");
    } catch (const UserError&) {  // nothing is committed yet
        return version;
    }
}

std::optional<std::string> read_hub_file(const Tree& tree, const std::string& path,
                                         std::uint64_t limit_bytes) {
    const auto resolved = resolve_symlinks(tree, path);
    if (const auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) {
        throw UserError(path + ": " + unresolved->reason + "; make it a file of the hub");
    }
    const auto& target = std::get<std::string>(resolved);
    if (!tree.stat(target)) return std::nullopt;
    return read_whole(*tree.open(target), limit_bytes, path);
}

FetchRequest fetch_request(const HubFolder& hub, std::vector<std::string> paths,
                           GitMessages messages) {
    if (!hub.repository) {
        throw UserError(hub.folder.string() + ": is not in a git repository; leave out --fetch");
    }
    if (!hub.subfolder.empty()) {
        for (std::string& path : paths) path.insert(0, hub.subfolder + "/");
    }
    FetchRequest request;
    request.folder = hub.repository->is_bare() ? hub.folder : hub.repository->working_folder();
    request.revision = hub.revision;
    request.paths = std::move(paths);
    request.messages = std::move(messages);
    return request;
}

}  // namespace onnxhub
