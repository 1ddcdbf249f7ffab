// SPDX-License-Identifier: Apache-2.0
// A snapshot of git's index: which files are tracked, and which are certainly unmodified.
#pragma once

#include <git2.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_status.h"
#include "repository/tree.h"

namespace onnxhub {

/// The index entry of a file, recorded when its content was last known to equal the blob.
struct IndexedFile {
    std::string path;  ///< from the hub's root
    BlobId id;
    std::uint32_t mode = 0;  ///< as in git trees: 0100644, 0120000 links, 0160000 submodules
    FileTime modified;
    FileTime changed;
    std::uint32_t inode = 0;
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    std::uint32_t size = 0;  ///< bytes modulo 2^32, of the file in the working tree
    bool is_settled = true;  ///< false: a merge conflict, or only intent to add

    bool is_regular() const { return (mode & 0170000) == 0100000; }
};

/// Which stat data to compare, from git's configuration (core.trustctime, core.checkStat).
struct StatTrust {
    bool change_time = true;
    bool minimal = false;  ///< ignores owner and inode, and compares times in whole seconds
};

/// Git's rule for "unmodified" (git's Documentation/technical/racy-git), or a stricter one. Type,
/// size, times, owner and inode must match, and the file must be older than the index. Otherwise a
/// later write could have left the same times.
bool is_unmodified(const IndexedFile& recorded, const FileStatus& now, const FileTime& index_time,
                   const StatTrust& trust);

class IndexSnapshot {
public:
    /// Reads the part of the index below `subfolder`. Throws UserError when the index is damaged. A
    /// repository without an index has no tracked files.
    static IndexSnapshot read(git_repository* repository, const std::string& subfolder);

    const IndexedFile* find(const std::string& path) const;  ///< null: not tracked
    bool is_unmodified(const IndexedFile& recorded, const FileStatus& now) const;
    const std::vector<IndexedFile>& files() const { return files_; }  ///< sorted by path

private:
    std::vector<IndexedFile> files_;
    FileTime index_time_;
    StatTrust trust_;
};

}  // namespace onnxhub
