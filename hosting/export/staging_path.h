// SPDX-License-Identifier: Apache-2.0
// What grows beside its place and takes it at once.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/descriptor.h"

namespace onnxhub {

/// A file or folder called ".<name>.<process>.<kind>" beside `to`. It goes with the object unless
/// it was renamed. Its process holds a lock on it (flock), so that one without is abandoned, as a
/// kill leaves it: the next object for the same place removes those.
class StagingPath {
public:
    static constexpr std::string_view folder_of_export = "export";
    static constexpr std::string_view file_of_bundle = "part";
    static constexpr std::string_view folder_of_import = "import";

    /// Where names can't be exchanged, a kill may come while the place itself is free: what stood
    /// there, called as above with ".old" behind, goes back.
    static void remove_abandoned(const std::filesystem::path& to, std::string_view kind);

    /// `to` is absolute and has a last name. Throws UserError when nothing can be made
    /// there.
    StagingPath(const std::filesystem::path& to, std::string_view kind);
    ~StagingPath();
    StagingPath(const StagingPath&) = delete;
    StagingPath& operator=(const StagingPath&) = delete;

    const std::filesystem::path& path() const { return path_; }
    const Descriptor& file() const { return file_; }  ///< open for writing; or the folder

    /// Onto a place that is free, or where a file stands that a file replaces.
    void move_to(const std::filesystem::path& to) const;

private:
    std::filesystem::path path_;
    Descriptor file_;
};

}  // namespace onnxhub
