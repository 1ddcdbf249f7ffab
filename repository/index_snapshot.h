// SPDX-License-Identifier: Apache-2.0
// Git's index as it was at one moment: which files are tracked, and which are surely unmodified.
#pragma once

#include <git2.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_status.h"
#include "repository/tree.h"

namespace onnxhub {

/// What the index remembers of a file from the moment its content was last known to be the blob's.
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
    bool is_settled = true;  ///< false: a merge conflict, or only announced (intent to add)

    bool is_regular() const { return (mode & 0170000) == 0100000; }
};

/// How far stat data count, from git's configuration (core.trustctime, core.checkStat).
struct StatTrust {
    bool change_time = true;
    bool minimal = false;  ///< no owner, no inode, and only the whole seconds of the times
};

/// Git's own rule for "unmodified" (git's Documentation/technical/racy-git), never more trusting:
/// all of type, size, times, owner and inode match, and the file was last modified before the index
/// was written, so that no later write could hide behind the same times.
bool is_unmodified(const IndexedFile& recorded, const FileStatus& now, const FileTime& index_time,
                   const StatTrust& trust);

class IndexSnapshot {
public:
    /// Reads the index of `repository`, as far as it lies below `subfolder`. Throws
    /// UserError when it is damaged. A repository without an index has nothing tracked.
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
