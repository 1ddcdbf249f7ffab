// SPDX-License-Identifier: Apache-2.0
// Compares the files of two states of a hub.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "repository/tree.h"

namespace onnxhub {

/// What counts as a difference between two existing files.
enum class FileAspect {
    content,  ///< different content: an LFS pointer equals the content it names
    form,     ///< different git blobs, if git has both: a pointer differs from its content
};

/// Caches results. Both trees must outlive the object.
class FileChanges {
public:
    FileChanges(const Tree& before, const Tree& after, FileAspect difference)
        : before_(before), after_(after), difference_(difference) {}

    /// Whether the file exists on one side only or differs. Follows symbolic links. An unreadable
    /// file only equals another unreadable file.
    bool differs(const std::string& path);

private:
    bool compare(const std::string& path) const;
    /// For files with the same content: whether git has one as a Git LFS pointer and the other not.
    /// Uses the index, so file times do not matter.
    bool has_other_form(const std::string& old_path, const std::string& new_path) const;

    const Tree& before_;
    const Tree& after_;
    FileAspect difference_;
    std::unordered_map<std::string, bool> known_;
};

}  // namespace onnxhub
