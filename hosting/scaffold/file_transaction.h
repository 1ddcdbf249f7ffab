// SPDX-License-Identifier: Apache-2.0
// Changes several files of a hub together or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stamp.h"
#include "base/user_error.h"
#include "repository/hub_lock.h"

namespace onnxhub {

/// A file of the hub cannot be written (no space, no permission); the model is not the cause.
class WriteError : public UserError {
public:
    using UserError::UserError;
};

/// Paths are relative to the hub's top. stage() and related functions write temporary files next to
/// their destination, apply() renames all staged files to their destination, and keep() makes the
/// changes permanent. The destructor undoes changes that were not kept: it removes new files and
/// folders and restores the old bytes of others.
class FileTransaction {
public:
    /// `check_interruption` is called between blocks and may throw. `lock` is the hub's lock, held
    /// as long as this object lives; null: no other process can change the hub.
    explicit FileTransaction(
        std::filesystem::path hub, std::function<void()> check_interruption = [] {},
        const HubLock* lock = nullptr);
    ~FileTransaction();
    FileTransaction(const FileTransaction&) = delete;
    FileTransaction& operator=(const FileTransaction&) = delete;

    /// Destination of the file `path`, which may not exist. Throws UserError when the path is not
    /// allowed: a parent folder is a symbolic link or a file, it is a folder itself, or it is a
    /// symbolic link that points outside of the hub.
    std::filesystem::path place_of(const std::string& path) const;

    /// Must be called before reading the file `path` to compute its new content. If another program
    /// changes the file before apply(), nothing is written.
    void watch(const std::string& path);

    /// Calls `make` to write the file, and returns its size in bytes. Throws the exceptions of
    /// `make`, and UserError.
    std::uint64_t stage(const std::string& path,
                        const std::function<void(const std::filesystem::path& file)>& make);
    void stage_text(const std::string& path, std::string_view content);
    void stage_copy(const std::filesystem::path& from, const std::string& path);
    /// Gives the regular file `from` of the hub a second path, without a copy where the file system
    /// has hard links.
    void stage_link(const std::string& from, const std::string& path);
    /// Removes the file or symbolic link at `path`. Throws UserError when a parent folder is a
    /// symbolic link, and when `path` is neither.
    void stage_removal(const std::string& path);

    /// Renames the staged files to their destinations, and then removes files. Files with the same
    /// content are not touched. Folders that removals leave empty are removed by keep(). Throws
    /// WriteError, and UserError when a watched file was changed in the meantime or git
    /// changes the working tree.
    void apply();
    void drop_staged();  ///< discards the staged files that are not applied yet
    void keep();

    /// Files that are new or changed, each once, in the order they were staged.
    const std::vector<std::string>& written() const { return written_; }
    const std::vector<std::string>& removed() const { return removed_; }

    const std::filesystem::path& hub() const { return hub_; }
    void check_interruption() const { check_interruption_(); }

private:
    struct Staged {
        std::string path;
        std::filesystem::path place;
        std::filesystem::path file;
    };

    /// A file to remove.
    struct Removal {
        std::string path;
        std::filesystem::path place;
    };

    static std::filesystem::path free_name_beside(const std::filesystem::path& place);
    std::filesystem::path checked_parent(const std::string& path) const;
    void refuse_changed(const std::string& path) const;
    void make_folders(const std::filesystem::path& folder);
    void refuse_changed_files() const;
    void put_to_place(const Staged& staged);
    void take_away(const Removal& removal);
    void remove_empty_parents(const std::string& path) const;
    void undo() noexcept;

    const std::filesystem::path hub_;
    const std::function<void()> check_interruption_;
    const HubLock* const lock_;
    std::vector<Staged> staged_;
    std::vector<Removal> removals_;
    /// Stamps by path, from the time they were read.
    std::map<std::string, std::optional<FileStamp>> watched_;
    /// Original files by destination; absent: there was none.
    std::map<std::filesystem::path, std::optional<std::filesystem::path>> before_;
    std::vector<std::filesystem::path> new_folders_;  ///< parents before children
    std::vector<std::string> written_;
    std::vector<std::string> removed_;
};

/// Whether both are regular files with the same bytes. Throws UserError when one cannot be read,
/// and the exceptions of `check_interruption`.
bool have_same_bytes(const std::filesystem::path& one, const std::filesystem::path& other,
                     const std::function<void()>& check_interruption);

}  // namespace onnxhub
