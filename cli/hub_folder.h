// SPDX-License-Identifier: Apache-2.0
// The hub a command works on: a folder, a repository, a revision.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "generator/settings.h"
#include "manifest/diagnostic.h"
#include "manifest/manifest.h"
#include "repository/git_repository.h"
#include "repository/lfs_fetch.h"
#include "repository/tree.h"

namespace onnxhub {

/// Larger settings are refused.
inline constexpr std::uint64_t settings_size_limit = 1024 * 1024;  // bytes

struct HubFolder {
    std::filesystem::path folder;                     ///< as given
    std::shared_ptr<const GitRepository> repository;  ///< null: a plain folder
    std::string subfolder;                            ///< of the hub in the repository; mostly ""
    std::optional<std::string> commit;                ///< 40 digits; absent: the working tree
    std::unique_ptr<Tree> tree;
};

/// Opens `folder`, or `revision` of the repository it belongs to. Throws UserError when
/// there is no such folder or revision, or when a bare repository is opened without a revision.
HubFolder open_hub(const std::filesystem::path& folder, const std::optional<std::string>& revision);

/// The same hub once more, as it is now.
std::unique_ptr<Tree> open_tree(const HubFolder& hub);

/// Tells states of hubs apart, for work that is done in several runs: this program's version, and
/// the commit where there is one.
std::string state_text(const HubFolder& hub);

/// A file of the hub in whole; nothing when there is none. Throws UserError when it can't be
/// read or is larger than `limit_bytes`.
std::optional<std::string> read_hub_file(const Tree& tree, const std::string& path,
                                         std::uint64_t limit_bytes);

/// `file` when given, else onnxhub.toml of the hub, else defaults.
Settings read_settings(const Tree& tree, const std::optional<std::string>& file,
                       Diagnostics& diagnostics);

/// The text of a manifest, checked to be one. `shown_name` stands for it in the error, which says
/// where it breaks. Throws UserError: a manifest that can't be read is never an empty one.
ManifestDocument read_manifest(std::string_view text, const std::string& shown_name);

/// What to ask git-lfs for: files of the hub, by their paths in it. What it says is passed on.
/// Throws UserError when the hub is in no repository.
FetchRequest fetch_request(const HubFolder& hub, const std::optional<std::string>& revision,
                           std::vector<std::string> paths, const Streams& streams);

/// A file of the disk in whole. Throws UserError when that can't be.
std::string read_disk_file(const std::filesystem::path& path);

}  // namespace onnxhub
