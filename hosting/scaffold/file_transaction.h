// SPDX-License-Identifier: Apache-2.0
// Files of a hub that change together or not at all.
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

/// A file of the hub can't be written (no space, no permission): no fault of the model's.
class WriteError : public UserError {
public:
    using UserError::UserError;
};

/// Paths are from the hub's top. stage() and its like write beside the place under another name,
/// apply() puts all that was staged to its place, keep() makes that last. Whatever was not kept
/// when the object goes is undone: new files and folders go, others have their old bytes again.
class FileTransaction {
public:
    /// `check_interruption` is called between blocks and may throw. `lock` is the hub's, held as
    /// long as this object lives; null: no other process can change the hub.
    explicit FileTransaction(
        std::filesystem::path hub, std::function<void()> check_interruption = [] {},
        const HubLock* lock = nullptr);
    ~FileTransaction();
    FileTransaction(const FileTransaction&) = delete;
    FileTransaction& operator=(const FileTransaction&) = delete;

    /// Where the file `path` is, or would be. Throws UserError when that is no place of the
    /// hub's own: a folder above it is a symbolic link or a file, it is a folder, or it is a
    /// symbolic link that leads out of the hub.
    std::filesystem::path place_of(const std::string& path) const;

    /// Called before the file `path` is read to make its new content: when others change it between
    /// that and apply(), nothing is written.
    void watch(const std::string& path);

    /// Lets `make` write the file and gives its size in bytes. Throws what `make` throws, and
    /// UserError.
    std::uint64_t stage(const std::string& path,
                        const std::function<void(const std::filesystem::path& file)>& make);
    void stage_text(const std::string& path, std::string_view content);
    void stage_copy(const std::filesystem::path& from, const std::string& path);

    /// What is the same already is left alone. Throws WriteError, and UserError when a
    /// watched file was changed meanwhile or git changes the working tree.
    void apply();
    void drop_staged();  ///< what apply() would put to its place now, it won't
    void keep();

    /// Files that are new or differ now, each once, in the order they were staged.
    const std::vector<std::string>& written() const { return written_; }

    const std::filesystem::path& hub() const { return hub_; }
    void check_interruption() const { check_interruption_(); }

private:
    struct Staged {
        std::string path;
        std::filesystem::path place;
        std::filesystem::path file;
    };

    static std::filesystem::path free_name_beside(const std::filesystem::path& place);
    void make_folders(const std::filesystem::path& folder);
    void refuse_changed_files() const;
    void put_to_place(const Staged& staged);
    void undo() noexcept;

    const std::filesystem::path hub_;
    const std::function<void()> check_interruption_;
    const HubLock* const lock_;
    std::vector<Staged> staged_;
    std::map<std::string, std::optional<FileStamp>> watched_;  ///< by path, as they were read
    /// Files as they were, by their place; absent: there was none.
    std::map<std::filesystem::path, std::optional<std::filesystem::path>> before_;
    std::vector<std::filesystem::path> new_folders_;  ///< a folder before what is in it
    std::vector<std::string> written_;
};

/// Whether both are regular files with the same bytes. Throws UserError when one can't be
/// read, and what `check_interruption` throws.
bool have_same_bytes(const std::filesystem::path& one, const std::filesystem::path& other,
                     const std::function<void()>& check_interruption);

}  // namespace onnxhub
