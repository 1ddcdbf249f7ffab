// SPDX-License-Identifier: Apache-2.0
// Writes an index into a folder that a web server shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/file_lock.h"
#include "index/index_history.h"
#include "index/index_writer.h"

namespace onnxhub {

inline constexpr std::size_t kept_index_roots = 2;  // --keep-index

struct IndexFolderOptions {
    std::filesystem::path folder;  ///< the hub's root: files are written below its index/
    /// A folder with an earlier index, whose unchanged files are linked. Empty: `folder` itself is
    /// updated.
    std::filesystem::path earlier = {};
    std::size_t keep = kept_index_roots;  ///< number of roots whose files stay, at least 1
    std::function<void()> check_interruption = [] {};
};

struct IndexFolderReport {
    std::size_t files = 0;            ///< of the present root, without the compressed ones
    std::uint64_t bytes = 0;          ///< of these
    std::size_t written = 0;          ///< files that were not there
    std::uint64_t written_bytes = 0;  ///< of these, with the compressed ones
    std::size_t removed = 0;          ///< files that no kept root needs
};

/// Each file is written with a version compressed by gzip beside it. New files appear complete, and
/// the root last, so that a reader finds the old index or the new one. A file that is already there
/// is compared and kept. Nothing is flushed to the disk but the root: after a power failure the
/// same call repairs the index. Processes that update the same folder wait for one another.
class IndexFolder : public IndexFiles {
public:
    /// Throws UserError when the folder cannot be written.
    explicit IndexFolder(IndexFolderOptions options);

    void put(const IndexRef& file, std::string_view text) override;

    /// Writes the root, and removes the files of forgotten roots.
    IndexFolderReport finish(const IndexReport& report);

    /// SHA-256 in hexadecimal digits of every file below the folder that belongs to the index.
    const std::map<std::string, std::string>& sums() const { return sums_; }

private:
    void write(const std::string& path, std::string_view content, bool is_flushed);
    std::optional<std::string> keep(const std::string& path,
                                    const std::function<bool(const std::string&)>& is_right);
    bool keep_same(const std::string& path, std::string_view text);
    void keep_older_files(const IndexHistory& history);
    void sweep(const IndexHistory& history);
    bool is_in_place() const { return options_.earlier == options_.folder; }

    IndexFolderOptions options_;
    FileLock folder_lock_;  ///< of a folder that is updated
    std::mutex lock_;
    IndexFolderReport report_;
    std::set<Sha256> digests_;  ///< of the present root
    std::map<std::string, std::string> sums_;
};

/// Makes the index of the manifest `text` in a folder.
IndexFolderReport write_index_folder(const std::string& manifest, const std::string& shown_name,
                                     const IndexFolderOptions& options);

}  // namespace onnxhub
