// SPDX-License-Identifier: Apache-2.0
// Tar archives (ustar, pax, GNU's long names, V7) as one strict reader sees them. Names come as
// they are written, NULs included: readers that disagree about a name are how files get hidden.
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

/// Larger extended headers (pax records, GNU's long names) are refused.
inline constexpr std::uint64_t tar_extension_limit = 1 << 20;  // bytes

struct TarMember {
    enum class Kind { file, folder, hard_link, symbolic_link, device, fifo, sparse, other };
    Kind kind = Kind::file;
    std::string path;              ///< any bytes
    std::uint64_t size_bytes = 0;  ///< of a file
};

class TarReader {
public:
    /// Fills `into` and returns how many bytes there were: fewer than asked for only at the end.
    using Source = std::function<std::size_t(std::span<std::byte> into)>;

    explicit TarReader(Source source) : source_(std::move(source)) {}

    /// The next member; what was not read of the last one is skipped. Nothing at the end of the
    /// archive. Behind a sparse member nothing can be read. Throws DamagedArchive.
    std::optional<TarMember> next();

    /// The next bytes of the member's content; 0 at its end. Throws DamagedArchive when the archive
    /// ends before.
    std::size_t read(std::span<std::byte> into);

private:
    static constexpr std::size_t block_size = 512;  // bytes
    using Block = std::array<char, block_size>;

    /// What extended headers say of the member that follows.
    struct Extension {
        std::optional<std::string> path;       ///< of a pax record
        std::optional<std::string> long_name;  ///< of GNU's
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
    std::uint64_t content_ = 0;  ///< bytes of the member's content that were not read
    std::uint64_t padding_ = 0;  ///< bytes behind it, up to the next block
};

}  // namespace onnxhub
