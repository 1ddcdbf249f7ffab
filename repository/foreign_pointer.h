// SPDX-License-Identifier: Apache-2.0
// What other tools than Git LFS leave in a file's place: small texts and links that name the file
// and do not hold it. A hub can't serve them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// One of the formats below, as messages put it.
struct ForeignPointer {
    std::string reason;  ///< "is a git-xet pointer, its content is not in git"
    std::string hint;    ///< how to get the content, one clause
};

/// Recognises the texts of git-xet, git-annex and DVC. `content` is a file or its beginning.
/// Formats: https://github.com/xetdata/xet-core (pointer files, "# xet version 0"),
/// https://git-annex.branchable.com/internals/pointer_file/,
/// https://dvc.org/doc/user-guide/project-structure/dvc-files
std::optional<ForeignPointer> find_foreign_pointer(std::string_view content);

/// The same for the target of a symbolic link: git-annex and DVC link into folders of their own.
std::optional<ForeignPointer> find_foreign_link(std::string_view target);

/// What DVC calls the file that stands in git for the file at `path`.
std::string dvc_file_of(const std::string& path);

/// What to say of a file that is not in git while its DVC file is.
ForeignPointer kept_by_dvc(const std::string& path);

}  // namespace onnxhub
