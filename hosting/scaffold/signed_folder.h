// SPDX-License-Identifier: Apache-2.0
// A folder on the disk whose files are signed or verified.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generator/content_facts.h"
#include "trust/model_signature.h"
#include "trust/signed_content.h"

namespace onnxhub {

/// Reads the files that are in the folder, ignored by git or not. Never follows symbolic links.
class SignedFolder : public SignedContent {
public:
    /// In a git repository, Git LFS pointers (and those of git-annex) stand for their content.
    /// Elsewhere they are files like all others. `observer` may be null. Throws UserError when
    /// there is no such folder.
    SignedFolder(const std::filesystem::path& folder, HashObserver* observer);

    /// Throws UserError when a folder cannot be read.
    std::vector<std::string> files() const override;
    Result digest(const std::string& path) const override;
    Result digest_of_part(const std::string& path, std::uint64_t begin,
                          std::uint64_t end) const override;

    /// Name of the folder itself, also for "." and paths that end with '/'.
    std::string name() const;

    /// Files so far whose digest came from a pointer: their content was not read.
    std::size_t pointers() const { return pointers_; }

    /// The path of `file` from the folder; nothing when it is outside.
    std::optional<std::string> path_inside(const std::filesystem::path& file) const;

private:
    std::filesystem::path folder_;
    std::unique_ptr<Tree> tree_;
    HashObserver* observer_;
    bool has_pointers_ = false;
    mutable std::atomic<std::size_t> pointers_ = 0;
};

/// Paths that a user named, as paths from the folder: those inside it by the working directory,
/// and all others as if they were given from the folder.
std::vector<std::string> paths_in(const SignedFolder& folder,
                                  const std::vector<std::string>& named);

struct FolderSigning {
    std::vector<std::string> ignored_paths;  ///< in addition to always_ignored_paths()
    bool ignores_unsigned_files = false;     ///< only when verifying
    unsigned jobs = 0;
};

/// The bundle for all files of the folder, written to `signature`, which is left out. Throws
/// UserError for a file that cannot be signed, such as a symbolic link.
std::string sign_folder(const SignedFolder& folder, const std::filesystem::path& signature,
                        const FolderSigning& options, const ModelSigner& signer);

/// Compares the folder with the statement of the file `signature`, which is left out.
std::vector<FileDifference> compare_folder(const ModelStatement& statement,
                                           const SignedFolder& folder,
                                           const std::filesystem::path& signature,
                                           const FolderSigning& options);

}  // namespace onnxhub
