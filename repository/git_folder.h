// SPDX-License-Identifier: Apache-2.0
// What onnxhub reads in git's own folder, and the lines it adds to files there. Clones do not copy
// these files.
#pragma once

#include <filesystem>
#include <string>

#include "repository/git_repository.h"

namespace onnxhub {

/// A file of git's folder `info`, which all worktrees of a repository share.
enum class GitInfo {
    exclude,     ///< patterns of files to ignore, see gitignore(5)
    attributes,  ///< these win over every .gitattributes, see gitattributes(5)
};

/// Path of the file, which need not exist.
std::filesystem::path path_of(const GitRepository& repository, GitInfo file);

/// Appends `line` unless the file has it already; gives whether it was appended. The file is
/// replaced atomically. Throws UserError when it cannot be written.
bool add_line(const GitRepository& repository, GitInfo file, const std::string& line);

/// Git's lock while a command of its own changes the index and the working tree: a checkout, a
/// merge, a reset. It stays behind when git is killed.
std::filesystem::path index_lock_of(const GitRepository& repository);

/// Whether that lock exists. Always false in a process that git itself has started, such as a hook
/// of `git commit`: git waits for that one.
bool is_git_at_work(const GitRepository& repository);

}  // namespace onnxhub
