// SPDX-License-Identifier: Apache-2.0
// A strict reader of tar archives (ustar, pax, GNU's long names, V7). Names are returned as
// written, including NULs, since files can be hidden where readers disagree about a name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace onnxhub {

/// Larger extended headers (pax records, GNU's long names) are rejected.
inline constexpr std::uint64_t tar_extension_limit = 1 << 20;  // bytes

struct TarMember {
    enum class Kind { file, folder, hard_link, symbolic_link, device, fifo, sparse, other };
    Kind kind = Kind::file;
    std::string path;              ///< any bytes
    std::uint64_t size_bytes = 0;  ///< 0 unless a file
};

class TarReader {
public:
    /// Fills `into`. Returns the number of bytes, which is smaller than requested only at the end.
    using Source = std::function<std::size_t(std::span<std::byte> into)>;

    explicit TarReader(Source source) : source_(std::move(source)) {}

    /// Returns the next member, after skipping the rest of the current one; nullopt at the end of
    /// the archive. Nothing can be read after a sparse member. Throws DamagedArchive.
    std::optional<TarMember> next();

    /// Reads the next bytes of the member's content; returns 0 at its end. Throws DamagedArchive
    /// when the archive ends before.
    std::size_t read(std::span<std::byte> into);

private:
    static constexpr std::size_t block_size = 512;  // bytes
    using Block = std::array<char, block_size>;

    /// Values of extended headers for the member that follows.
    struct Extension {
        std::optional<std::string> path;       ///< from a pax record
        std::optional<std::string> long_name;  ///< from a GNU header
        std::optional<std::uint64_t> size_bytes;
        bool is_sparse = false;
    };

    bool read_block(Block& block);
    void skip_content();
    void begin_content(std::uint64_t size_bytes);
    std::string read_extension();
    static void take_records(const std::string& records, Extension& extension);
    static void refuse_global_records(const std::string& records);
    TarMember member_of(const Block& block, const Extension& extension);

    Source source_;
    bool is_first_ = true;
    std::uint64_t content_ = 0;  ///< unread bytes of the member's content
    std::uint64_t padding_ = 0;  ///< bytes after the content, up to the next block
};

}  // namespace onnxhub
