// SPDX-License-Identifier: Apache-2.0
// Opens a hub: a directory, the repository it belongs to, and a revision of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "repository/git_repository.h"
#include "repository/lfs_fetch.h"
#include "repository/tree.h"

namespace onnxhub {

struct HubFolder {
    std::filesystem::path folder;                     ///< as the caller named it
    std::shared_ptr<const GitRepository> repository;  ///< null: no repository
    std::string subfolder;                ///< path of the hub in the repository; "" is its top
    std::optional<std::string> revision;  ///< as the caller named it
    std::optional<std::string> commit;    ///< 40 digits; absent: the working tree
    /// Of git's index before the tree was opened; only of a working tree with an index.
    std::optional<FileStamp> index_stamp;
    std::unique_ptr<Tree> tree;
};

/// Opens the hub in `folder`, or its state at `revision`. Throws UserError when the directory or
/// the revision does not exist, or when a bare repository is opened without a revision.
HubFolder open_hub(const std::filesystem::path& folder, const std::optional<std::string>& revision);

/// Opens the same hub again. The new tree sees what was fetched or changed since.
std::unique_ptr<Tree> open_tree(const HubFolder& hub);

/// Whether git wrote the index since the hub was opened, or is writing it now. Such as a checkout,
/// which changes many files one after the other.
bool has_git_worked(const HubFolder& hub);

/// Identifies the state of a hub for work that takes several runs: the version of this program and
/// the commit, where there is one.
std::string state_text(const HubFolder& hub);

/// Reads a whole file of the hub; nothing when it does not exist. Symbolic links inside the hub are
/// followed. Throws UserError when the file cannot be read or is larger than `limit_bytes`.
std::optional<std::string> read_hub_file(const Tree& tree, const std::string& path,
                                         std::uint64_t limit_bytes);

/// The request to git-lfs for `paths` of the hub. Throws UserError when the hub is in no
/// repository.
FetchRequest fetch_request(const HubFolder& hub, std::vector<std::string> paths,
                           GitMessages messages);

}  // namespace onnxhub
