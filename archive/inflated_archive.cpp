// SPDX-License-Identifier: Apache-2.0
#include "archive/inflated_archive.h"

#include <zlib.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "archive/libarchive/library.h"

namespace onnxhub {
namespace {

constexpr std::size_t inflated_block_size = 128 * 1024;  // bytes

}  // namespace

class InflatedArchive::Decoder {
public:
    virtual ~Decoder() = default;
    /// 0 only at the end.
    virtual std::size_t read(std::span<std::byte> into) = 0;
};

/// The compressed bytes, block by block.
struct InflatedArchive::Input {
    const BlockReader& reader;
    std::uint64_t offset = 0;  ///< after `rest`
    std::vector<std::byte> block = std::vector<std::byte>(inflated_block_size);
    std::span<std::byte> rest = {};  ///< the unread part of the block

    /// Reads the next block when this one is used up. Returns whether there are more bytes.
    bool fill() {
        if (!rest.empty()) return true;
        rest = std::span(block).first(reader(offset, block));
        offset += rest.size();
        return !rest.empty();
    }
};

namespace {

/// A sequence of gzip members, as RFC 1952 defines it. libarchive verifies neither checksum nor
/// length of a member; zlib does.
template <class Input>
class GzipDecoder : public InflatedArchive::Decoder {
public:
    explicit GzipDecoder(Input& input) : input_(input) {
        constexpr int gzip_window = 15 + 16;  // bits, and gzip's header and trailer
        if (inflateInit2(&stream_, gzip_window) != Z_OK) throw std::bad_alloc();
    }
    ~GzipDecoder() override { inflateEnd(&stream_); }
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;

    std::size_t read(std::span<std::byte> into) override {
        std::size_t count = 0;
        while (count == 0 && begin_member()) count = inflate_some(into);
        return count;
    }

private:
    /// Returns whether more bytes follow, in this member or in another one.
    bool begin_member() {
        if (!is_between_members_) return true;
        if (!input_.fill()) return false;
        constexpr std::byte first_of_gzip{0x1f};
        if (input_.rest.front() != first_of_gzip) {
            skip_padding();
            return false;
        }
        inflateReset(&stream_);
        is_between_members_ = false;
        return true;
    }

    /// Tapes and disks pad the last block with zeros.
    void skip_padding() {
        while (input_.fill()) {
            const bool is_padding =
                std::ranges::all_of(input_.rest, [](std::byte b) { return b == std::byte{0}; });
            if (!is_padding) throw DamagedArchive("has bytes after its end");
            input_.rest = {};
        }
    }

    std::size_t inflate_some(std::span<std::byte> into) {
        if (!input_.fill()) throw DamagedArchive("ends too early");
        stream_.next_in = reinterpret_cast<Bytef*>(input_.rest.data());
        stream_.avail_in = static_cast<uInt>(input_.rest.size());
        stream_.next_out = reinterpret_cast<Bytef*>(into.data());
        stream_.avail_out = static_cast<uInt>(into.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        input_.rest = input_.rest.last(stream_.avail_in);
        if (status == Z_STREAM_END) {
            is_between_members_ = true;
        } else if (status == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            throw DamagedArchive(std::string("has damaged gzip data (") +
                                 (stream_.msg ? stream_.msg : "no gzip") + ")");
        }
        return into.size() - stream_.avail_out;
    }

    Input& input_;
    z_stream stream_ = {};
    bool is_between_members_ = false;
};

/// The other compression formats. libarchive verifies their checksums when all bytes are read.
template <class Input>
class OtherDecoder : public InflatedArchive::Decoder {
public:
    explicit OtherDecoder(Input& input) : input_(input), handle_(libarchive().read_new()) {
        if (!handle_) throw std::bad_alloc();
        // Only the formats that hubs use: each further format exposes more code to untrusted bytes.
        libarchive().read_support_filter_bzip2(handle_.get());
        libarchive().read_support_filter_xz(handle_.get());
        libarchive().read_support_filter_zstd(handle_.get());
        libarchive().read_support_format_raw(handle_.get());
        libarchive().read_support_format_empty(handle_.get());
        const auto next_block = [](archive* handle, void* self, const void** block) {
            return static_cast<OtherDecoder*>(self)->next_block(handle, block);
        };
        check(libarchive().read_open(handle_.get(), this, nullptr, next_block, nullptr));
        archive_entry* entry = nullptr;
        const int status = libarchive().read_next_header(handle_.get(), &entry);
        is_at_end_ = status == ARCHIVE_EOF;
        if (!is_at_end_) check(status);
    }
    ~OtherDecoder() override = default;
    OtherDecoder(const OtherDecoder&) = delete;
    OtherDecoder& operator=(const OtherDecoder&) = delete;

    std::size_t read(std::span<std::byte> into) override {
        if (is_at_end_) return 0;
        const la_ssize_t count = libarchive().read_data(handle_.get(), into.data(), into.size());
        if (count < 0) check(static_cast<int>(count));
        return static_cast<std::size_t>(count);
    }

private:
    /// Exceptions cannot pass libarchive's C frames, so they are stored in `exception_`.
    la_ssize_t next_block(archive* handle, const void** block) {
        try {
            input_.fill();
            *block = input_.rest.data();
            return static_cast<la_ssize_t>(std::exchange(input_.rest, {}).size());
        } catch (...) {
            exception_ = std::current_exception();
            libarchive().set_error(handle, ARCHIVE_FATAL, "the archive can't be read");
            return -1;
        }
    }

    void check(int status) {
        if (exception_) std::rethrow_exception(exception_);
        if (status == ARCHIVE_OK) return;
        const char* text = libarchive().error_string(handle_.get());
        throw DamagedArchive(std::string("has damaged data (") + (text ? text : "no reason") + ")");
    }

    /// Frees the handle also when the constructor throws.
    struct FreeHandle {
        void operator()(archive* handle) const { libarchive().read_free(handle); }
    };

    Input& input_;
    std::unique_ptr<archive, FreeHandle> handle_;
    bool is_at_end_ = false;
    std::exception_ptr exception_;
};

}  // namespace

InflatedArchive::InflatedArchive(const BlockReader& read)
    : input_(std::make_unique<Input>(Input{read})) {
    if (!input_->fill()) throw DamagedArchive("is empty");
    constexpr std::byte gzip_mark[] = {std::byte{0x1f}, std::byte{0x8b}};
    const bool is_gzip =
        input_->rest.size() >= 2 && std::ranges::equal(input_->rest.first(2), std::span(gzip_mark));
    if (is_gzip) {
        decoder_ = std::make_unique<GzipDecoder<Input>>(*input_);
    } else {
        decoder_ = std::make_unique<OtherDecoder<Input>>(*input_);
    }
}

InflatedArchive::~InflatedArchive() = default;

std::size_t InflatedArchive::read(std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const std::size_t count = decoder_->read(into.subspan(done));
        if (count == 0) break;
        done += count;
    }
    return done;
}

std::uint64_t InflatedArchive::packed_bytes() const {
    return input_->offset;
}

}  // namespace onnxhub
