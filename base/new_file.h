// SPDX-License-Identifier: Apache-2.0
// New files that become visible only when they are complete, and that no symbolic link can
// redirect.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/descriptor.h"
#include "base/digest.h"

namespace onnxhub {

/// A temporary file next to its destination, with the name ".onnxhub-<random>.tmp". It is created
/// exclusively, never through a link. The destructor removes it unless it was renamed onto its
/// destination. All functions throw UserError when they fail; then the destination is unchanged.
class NewFile {
public:
    /// In the folder of `destination`, which must exist.
    explicit NewFile(const std::filesystem::path& destination);

    /// For the destination `below` in the folder `base`. `below` is relative and clean. Missing
    /// folders are created; a symbolic link instead of a folder is an error.
    NewFile(const std::filesystem::path& base, const std::filesystem::path& below);

    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::span<const std::byte> block);
    void write(std::string_view text);
    void set_permissions(unsigned permissions);  ///< instead of 0666 less the umask

    /// Flushes the written data to the disk.
    void flush();

    /// Call it once, after flush(). `keep_existing`: an existing destination is kept, and is an
    /// error.
    enum class OnExisting { replace, keep_existing };
    void rename_onto_destination(OnExisting on_existing = OnExisting::replace);

private:
    void create();
    [[noreturn]] void fail(const char* what, int reason) const;

    std::filesystem::path destination_;  ///< for messages
    std::filesystem::path name_;         ///< of the destination, in its folder
    std::filesystem::path temporary_;    ///< in the same folder
    Descriptor folder_;
    Descriptor file_;
};

/// Copies the file `from`, not through a link, into `to`, and flushes it. Throws UserError
/// when its SHA-256 is not `sha`.
void copy_verified(const std::filesystem::path& from, const Sha256& sha, NewFile& to);

}  // namespace onnxhub
