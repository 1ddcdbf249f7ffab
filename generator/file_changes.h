// SPDX-License-Identifier: Apache-2.0
// Which files differ between two states of a hub.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "repository/tree.h"

namespace onnxhub {

/// What counts as a difference between two files that are both there.
enum class FileDifference {
    content,  ///< other bytes: an LFS pointer is the same as the content it names
    form,     ///< what git holds, where it holds both: a pointer differs from its content
};

/// Remembers what it has compared. Both trees must outlive the object.
class FileChanges {
public:
    FileChanges(const Tree& before, const Tree& after, FileDifference difference)
        : before_(before), after_(after), difference_(difference) {}

    /// Whether the file is on one side only or differs. Symbolic links are followed; what can't be
    /// read differs from everything but from what can't be read either.
    bool differs(const std::string& path);

private:
    bool compare(const std::string& path) const;
    /// Of files with the same content: whether git holds one as a Git LFS pointer, and one not. The
    /// index tells that, whatever the file's times say.
    bool has_other_form(const std::string& old_path, const std::string& new_path) const;

    const Tree& before_;
    const Tree& after_;
    FileDifference difference_;
    std::unordered_map<std::string, bool> known_;
};

}  // namespace onnxhub
