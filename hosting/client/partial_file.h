// SPDX-License-Identifier: Apache-2.0
// Bytes on their way into the cache, which a later process can go on with.
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

/// What the bytes so far came from: a transfer goes on only where the object is the same.
struct TransferOrigin {
    Sha256 source;          ///< of its URL, which may hold a password
    std::string validator;  ///< for If-Range (RFC 9110, 13.1.5): a strong ETag, or Last-Modified

    bool operator==(const TransferOrigin&) const = default;
};

/// Name of a partial file beside the one it becomes: ".<sha>.<random>.part", and with ".from"
/// behind it the file that tells its origin. Its process holds a lock on it (flock), so one without
/// is abandoned.
inline constexpr const char* partial_file_ending = ".part";
inline constexpr const char* partial_origin_ending = ".from";  ///< behind the other

/// Goes away without a trace unless it is committed, or can be gone on with: then it stays.
class PartialFile {
public:
    /// Makes folders and a file of its own beside `path`, or takes over an abandoned one of this
    /// user that no one else may or might write to; others' are left alone. Throws
    /// UserError when that can't be, or when the disk has no room for `size_bytes`.
    PartialFile(std::filesystem::path path, const Sha256& sha, std::uint64_t size_bytes);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    /// Appends. Throws UserError, as on a full disk.
    void write(std::span<const std::byte> block);
    /// Nothing was written. With an origin what comes can be gone on with later.
    void start_over(const std::optional<TransferOrigin>& origin);

    std::uint64_t size_bytes() const { return size_; }
    const std::optional<TransferOrigin>& origin() const { return origin_; }
    Sha256 digest();  ///< of all that was written; once before start_over() or commit()
    void commit();    ///< flushed to the disk, then renamed

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
