// SPDX-License-Identifier: Apache-2.0
// Placeholders of tools other than Git LFS: small texts and links that name a file but do not
// contain it. A hub cannot serve them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// A detected placeholder, with texts for messages.
struct ForeignPointer {
    std::string reason;  ///< "is a git-xet pointer, its content is not in git"
    std::string hint;    ///< how to get the content, one clause
};

/// Detects the placeholders of git-xet, git-annex and DVC. `content` is a file or its beginning.
/// Ask annex_key_of_pointer() first: git-annex's keys may state SHA-256 and size.
/// Formats: https://github.com/xetdata/xet-core (pointer files, "# xet version 0"),
/// https://git-annex.branchable.com/internals/pointer_file/,
/// https://dvc.org/doc/user-guide/project-structure/dvc-files
std::optional<ForeignPointer> find_foreign_pointer(std::string_view content);

/// Detects the target of a symbolic link: git-annex and DVC link into their own folders. Ask
/// annex_key_of_link() first.
std::optional<ForeignPointer> find_foreign_link(std::string_view target);

/// Path of the .dvc file that git holds for the file at `path`.
std::string dvc_file_of(const std::string& path);

/// The problem of a file that is not in git although its .dvc file is.
ForeignPointer kept_by_dvc(const std::string& path);

}  // namespace onnxhub
