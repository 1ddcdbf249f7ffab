// SPDX-License-Identifier: Apache-2.0
// A file or folder that is built under a temporary name and then renamed.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/descriptor.h"

namespace onnxhub {

/// A file or folder ".<name>.<process>.<kind>" next to `to`. The destructor deletes it unless it
/// was renamed. Its process holds a lock on it (flock), so one without a lock was left by a killed
/// process; the next object for the same path removes it.
class StagingPath {
public:
    static constexpr std::string_view folder_of_export = "export";
    static constexpr std::string_view file_of_bundle = "part";
    static constexpr std::string_view folder_of_import = "import";

    /// If the file system cannot exchange names, a process may be killed while `to` does not exist.
    /// The old folder, whose name ends in ".old", is then restored.
    static void remove_abandoned(const std::filesystem::path& to, std::string_view kind);

    /// `to` is absolute and has a file name. Throws UserError when nothing can be created there.
    StagingPath(const std::filesystem::path& to, std::string_view kind);
    ~StagingPath();
    StagingPath(const StagingPath&) = delete;
    StagingPath& operator=(const StagingPath&) = delete;

    const std::filesystem::path& path() const { return path_; }
    const Descriptor& file() const { return file_; }  ///< the file, open for writing, or the folder

    /// Renames it to `to`, which must not exist, or be a file that a file replaces.
    void move_to(const std::filesystem::path& to) const;

private:
    std::filesystem::path path_;
    Descriptor file_;
};

}  // namespace onnxhub
