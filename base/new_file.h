// SPDX-License-Identifier: Apache-2.0
// Files that no one sees before they are whole, and folders that no link leads away from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/descriptor.h"
#include "base/digest.h"

namespace onnxhub {

/// A new file beside its destination. Its name is ".onnxhub-<random>.tmp": it is made exclusively,
/// never through a link, and removed with the object unless it was renamed onto its destination.
/// All functions throw UserError when they fail; the destination is then as it was.
class NewFile {
public:
    /// In the folder of `destination`, which must be there.
    explicit NewFile(const std::filesystem::path& destination);

    /// For the destination `below` in the folder `base`. `below` is relative and clean. Folders on
    /// the way are made; one that is a symbolic link is an error.
    NewFile(const std::filesystem::path& base, const std::filesystem::path& below);

    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::span<const std::byte> block);
    void write(std::string_view text);
    void set_permissions(unsigned permissions);  ///< instead of 0666 less the umask

    /// Flushes what was written to the disk.
    void flush();

    /// Once, after flush(). `keep_existing`: what has come to the destination meanwhile stays, and
    /// that is an error.
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
