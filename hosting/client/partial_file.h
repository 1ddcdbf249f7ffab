// SPDX-License-Identifier: Apache-2.0
// A partial download, which a later process can resume.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/descriptor.h"
#include "base/digest.h"

namespace onnxhub {

/// The source of the bytes so far. A transfer is resumed only if the object is the same.
struct TransferOrigin {
    Sha256 source;          ///< digest of the URL, which may contain a password
    std::string validator;  ///< for If-Range (RFC 9110, 13.1.5): a strong ETag or Last-Modified

    bool operator==(const TransferOrigin&) const = default;
};

/// A partial file is next to its target and named ".<sha>.<random>.part"; the file with ".from"
/// appended records its origin. Its process holds a lock on it (flock), so one without a lock is
/// abandoned.
inline constexpr const char* partial_file_ending = ".part";
/// Larger files must have their size in the manifest.
inline constexpr std::uint64_t unstated_size_limit = std::uint64_t{64} << 30;  // bytes

/// Appended to the name of the partial file.
inline constexpr const char* partial_origin_ending = ".from";

/// Is deleted by the destructor unless it was committed or can be resumed.
class PartialFile {
public:
    /// Creates folders and a file next to `path`, or takes over an abandoned file of this user that
    /// no other user can or could write to. Throws UserError when that fails, or when the disk has
    /// less than `size_bytes` free. Without a size, the file may have unstated_size_limit bytes.
    PartialFile(std::filesystem::path path, const Sha256& sha,
                std::optional<std::uint64_t> size_bytes);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    /// Appends. Throws UserError, for example on a full disk.
    void write(std::span<const std::byte> block);
    /// Discards what was written. With an origin, the next bytes can be resumed later.
    void start_over(const std::optional<TransferOrigin>& origin);

    std::uint64_t size_bytes() const { return size_; }
    const std::optional<TransferOrigin>& origin() const { return origin_; }
    Sha256 digest();  ///< digest of everything written; call once before start_over() or commit()
    void commit();    ///< flushes to the disk, then renames

private:
    bool adopt(const std::filesystem::path& partial, std::uint64_t limit_bytes);
    void adopt_abandoned(const std::string& prefix, std::uint64_t limit_bytes);
    void create(const std::string& prefix);
    void hash_what_is_there();
    void remove();
    std::filesystem::path origin_path() const;

    std::filesystem::path path_;
    std::filesystem::path partial_;
    Descriptor file_;
    std::uint64_t size_ = 0;
    std::optional<TransferOrigin> origin_;
    std::unique_ptr<Sha256Hasher> hasher_;
};

}  // namespace onnxhub
