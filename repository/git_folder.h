// SPDX-License-Identifier: Apache-2.0
// Files of the .git folder that onnxhub reads or adds lines to. Clones do not copy them.
#pragma once

#include <filesystem>
#include <string>

#include "repository/git_repository.h"

namespace onnxhub {

/// A file of the folder .git/info, which all worktrees of a repository share.
enum class GitInfo {
    exclude,     ///< patterns of files to ignore, see gitignore(5)
    attributes,  ///< these take precedence over every .gitattributes, see gitattributes(5)
};

/// Path of the file, which may not exist.
std::filesystem::path path_of(const GitRepository& repository, GitInfo file);

/// Appends `line` unless the file has it already. Returns whether it was appended. The file is
/// replaced atomically. Throws UserError when it cannot be written.
bool add_line(const GitRepository& repository, GitInfo file, const std::string& line);

/// Git's index of the working tree. Git replaces the file when a checkout, merge or reset ends.
std::filesystem::path index_file_of(const GitRepository& repository);

/// Git's lock while it changes the index and the working tree (checkout, merge, reset). It remains
/// when git is killed.
std::filesystem::path index_lock_of(const GitRepository& repository);

/// Whether that lock exists. Always false in a process that git started, such as a hook of `git
/// commit`, since git holds the lock and waits for the hook.
bool is_git_at_work(const GitRepository& repository);

}  // namespace onnxhub
