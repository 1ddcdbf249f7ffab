// SPDX-License-Identifier: Apache-2.0
// The format of packs: gitformat-pack(5).
#include "repository/packed_blobs.h"

#include <git2.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/user_error.h"
#include "repository/pack_index.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pack_limit = 32;    // two open files each; libgit2 reads the others
constexpr std::size_t depth_limit = 64;   // of differences; git writes at most 50 by default
constexpr std::size_t block_bytes = 512;  // a pointer and its head have some 150
constexpr std::uint64_t pack_head_bytes = 12;
constexpr std::uint64_t inflated_limit = packed_blob_limit;

enum class EntryType : std::uint8_t { blob = 3, offset_delta = 6 };

/// An entry of a pack before its compressed bytes.
struct EntryHead {
    EntryType type = EntryType::blob;
    std::uint64_t size_bytes = 0;  ///< inflated
    std::uint64_t base = 0;        ///< of a delta: offset of the entry that it changes
    std::uint64_t data_begin = 0;  ///< offset of the compressed bytes
};

/// Reads numbers from bytes, of seven bits each, until a byte without the highest bit. Every
/// function returns nothing at the end of the bytes, and when a number has too many bits.
class NumberReader {
public:
    explicit NumberReader(std::string_view bytes) : bytes_(bytes) {}

    std::size_t position() const { return at_; }
    bool is_at_end() const { return at_ == bytes_.size(); }

    std::optional<std::uint8_t> byte() {
        if (is_at_end()) return std::nullopt;
        return static_cast<std::uint8_t>(bytes_[at_++]);
    }

    /// The lowest bits come first. `value` has the first `shift` bits already.
    std::optional<std::uint64_t> little_endian(std::uint64_t value = 0, unsigned shift = 0) {
        for (;;) {
            const auto next = byte();
            if (!next || shift > 56) return std::nullopt;
            value |= std::uint64_t{*next & 0x7fU} << shift;
            shift += 7;
            if ((*next & 0x80U) == 0) return value;
        }
    }

    /// The distance to the base of a delta: the highest bits come first, and each further byte
    /// adds one.
    std::optional<std::uint64_t> distance() {
        for (std::uint64_t value = 0;; ++value) {
            const auto next = byte();
            if (!next || value >> 56 != 0) return std::nullopt;
            value = value << 7 | (*next & 0x7fU);
            if ((*next & 0x80U) == 0) return value;
        }
    }

    /// `count` bytes, or nothing.
    std::optional<std::string_view> text(std::size_t count) {
        if (count > bytes_.size() - at_) return std::nullopt;
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

std::optional<EntryHead> parse_head(std::string_view bytes, std::uint64_t offset) {
    NumberReader reader(bytes);
    const auto first = reader.byte();
    if (!first) return std::nullopt;
    EntryHead head;
    const unsigned type = *first >> 4 & 7U;
    head.size_bytes = *first & 15U;
    if ((*first & 0x80U) != 0) {
        const auto size = reader.little_endian(head.size_bytes, 4);
        if (!size) return std::nullopt;
        head.size_bytes = *size;
    }
    if (type == static_cast<unsigned>(EntryType::offset_delta)) {
        const auto distance = reader.distance();
        const bool is_before = distance && *distance > 0 && *distance + pack_head_bytes <= offset;
        if (!is_before) return std::nullopt;
        head.type = EntryType::offset_delta;
        head.base = offset - *distance;
    } else if (type != static_cast<unsigned>(EntryType::blob)) {
        return std::nullopt;
    }
    head.data_begin = offset + reader.position();
    return head;
}

/// Writes the parts of `base` and of `delta` that the delta names. Nothing when it is damaged or
/// makes more than inflated_limit.
std::optional<std::string> apply_delta(std::string_view base, std::string_view delta) {
    NumberReader reader(delta);
    const auto base_size = reader.little_endian();
    const auto size = reader.little_endian();
    if (base_size != base.size() || !size || *size > inflated_limit) return std::nullopt;
    std::string result;
    result.reserve(static_cast<std::size_t>(*size));
    while (!reader.is_at_end()) {
        const unsigned order = *reader.byte();
        std::optional<std::string_view> part;
        if ((order & 0x80U) == 0) {
            if (order == 0) return std::nullopt;  // reserved
            part = reader.text(order);
        } else {
            std::array<std::size_t, 7> bytes{};  // four of the offset, three of the size
            for (unsigned i = 0; i < bytes.size(); ++i) {
                if ((order >> i & 1U) == 0) continue;
                const auto next = reader.byte();
                if (!next) return std::nullopt;
                bytes[i] = *next;
            }
            const std::size_t from = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24;
            std::size_t count = bytes[4] | bytes[5] << 8 | bytes[6] << 16;
            if (count == 0) count = 0x10000;
            if (from <= base.size() && count <= base.size() - from) part = base.substr(from, count);
        }
        if (!part || part->size() > *size - result.size()) return std::nullopt;
        result += *part;
    }
    if (result.size() != *size) return std::nullopt;
    return result;
}

/// Inflated entries by their offset. Deltas of one hub's pointers have few bases, close together.
class EntryCache {
public:
    std::optional<std::string> find(std::uint64_t offset) {
        Slot& slot = slot_of(offset);
        const std::lock_guard lock(slot.mutex);
        if (slot.offset != offset) return std::nullopt;
        return slot.content;
    }

    void keep(std::uint64_t offset, const std::string& content) {
        Slot& slot = slot_of(offset);
        const std::lock_guard lock(slot.mutex);
        slot.offset = offset;
        slot.content = content;
    }

private:
    struct Slot {
        std::mutex mutex;
        std::uint64_t offset = 0;  ///< 0: empty; no entry begins there
        std::string content;
    };

    Slot& slot_of(std::uint64_t offset) {
        // Neighbours are about as far apart as they are long, so their lowest bits differ.
        return slots_[(offset * 0x9e37'79b9'7f4a'7c15U) >> 56];
    }

    std::array<Slot, 256> slots_;
};

bool is_this_blob(const std::string& content, const BlobId& id) {
    git_oid found = {};
    return git_odb_hash(&found, content.data(), content.size(), GIT_OBJECT_BLOB) == 0 &&
           std::memcmp(found.id, id.bytes.data(), id.bytes.size()) == 0;
}

}  // namespace

/// A pack with its index.
class PackFile {
public:
    PackFile(std::unique_ptr<const PackIndex> index, std::unique_ptr<ByteSource> source)
        : index_(std::move(index)), source_(std::move(source)) {}

    /// Null when the format is another one, or a file can't be read.
    static std::unique_ptr<PackFile> open(const fs::path& index_path) try {
        auto index = PackIndex::open(index_path);
        if (!index) return nullptr;
        fs::path path = index_path;
        path.replace_extension(".pack");
        auto source = open_file(path, path.string());
        std::array<char, 8> head{};
        if (source->read(0, std::as_writable_bytes(std::span(head))) != head.size()) return nullptr;
        const std::string_view begin(head.data(), head.size());
        const std::string_view v2{"PACK\0\0\0\2", 8};
        const std::string_view v3{"PACK\0\0\0\3", 8};
        if (begin != v2 && begin != v3) return nullptr;
        return std::make_unique<PackFile>(std::move(index), std::move(source));
    } catch (const UserError&) {
        return nullptr;
    }

    std::optional<std::uint64_t> offset_of(const BlobId& id) const { return index_->offset_of(id); }

    /// Nothing when libgit2 must look.
    std::optional<PackedBlob> read(std::uint64_t offset) const {
        std::vector<std::pair<std::uint64_t, std::string>> deltas;  // with their offsets
        std::optional<std::string> content;
        for (std::uint64_t at = offset; !(content = cache_.find(at));) {
            auto entry = read_entry(at);
            if (!entry) return std::nullopt;
            const bool is_blob = entry->head.type == EntryType::blob;
            if (!entry->content) {
                if (!is_blob || !deltas.empty()) return std::nullopt;
                return PackedBlob{entry->head.size_bytes, std::nullopt};
            }
            if (is_blob) {
                content = std::move(entry->content);
                cache_.keep(at, *content);
                break;
            }
            if (deltas.size() == depth_limit) return std::nullopt;
            deltas.emplace_back(at, std::move(*entry->content));
            at = entry->head.base;
        }
        for (; !deltas.empty(); deltas.pop_back()) {
            content = apply_delta(*content, deltas.back().second);
            if (!content) return std::nullopt;
            cache_.keep(deltas.back().first, *content);
        }
        return PackedBlob{content->size(), std::move(content)};
    }

private:
    struct Entry {
        EntryHead head;
        std::optional<std::string> content;  ///< inflated; absent: larger than inflated_limit
    };

    std::optional<Entry> read_entry(std::uint64_t offset) const;
    bool inflate_to(std::string& content, std::uint64_t begin, std::span<std::byte> first) const;

    std::unique_ptr<const PackIndex> index_;
    std::unique_ptr<ByteSource> source_;
    mutable EntryCache cache_;
};

std::optional<PackFile::Entry> PackFile::read_entry(std::uint64_t offset) const {
    std::array<std::byte, block_bytes> block;
    const std::size_t count = source_->read(offset, block);
    const auto head = parse_head({reinterpret_cast<const char*>(block.data()), count}, offset);
    if (!head) return std::nullopt;
    if (head->size_bytes > inflated_limit) return Entry{*head, std::nullopt};
    std::string content(static_cast<std::size_t>(head->size_bytes), '\0');
    const std::size_t head_bytes = static_cast<std::size_t>(head->data_begin - offset);
    const std::span first = std::span(block).first(count).subspan(head_bytes);
    if (!inflate_to(content, head->data_begin, first)) return std::nullopt;
    return Entry{*head, std::move(content)};
}

/// Fills `content` with what is compressed from `begin` on, of which `block` has the first bytes.
/// False when it is damaged or has another length.
bool PackFile::inflate_to(std::string& content, std::uint64_t begin,
                          std::span<std::byte> block) const {
    z_stream stream = {};
    if (inflateInit(&stream) != Z_OK) return false;
    content.push_back('\0');  // room for one byte too many
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    std::array<std::byte, block_bytes> more;
    int status = Z_BUF_ERROR;  // what Z_FINISH, which needs no window, gives when input is missing
    while (status == Z_BUF_ERROR && !block.empty() && stream.avail_out > 0) {
        stream.next_in = reinterpret_cast<Bytef*>(block.data());
        stream.avail_in = static_cast<uInt>(block.size());
        status = inflate(&stream, Z_FINISH);
        if (status != Z_BUF_ERROR) break;
        begin += block.size();
        block = std::span(more).first(source_->read(begin, more));
    }
    inflateEnd(&stream);
    content.pop_back();
    return status == Z_STREAM_END && stream.total_out == content.size();
}

PackedBlobs::PackedBlobs(fs::path objects) : objects_(std::move(objects)) {}

PackedBlobs::~PackedBlobs() = default;

void PackedBlobs::open_packs() const {
    std::error_code error;
    for (fs::directory_iterator it(objects_ / "pack", error), end; !error && it != end;
         it.increment(error)) {
        if (it->path().extension() != ".idx") continue;
        if (auto pack = PackFile::open(it->path())) packs_.push_back(std::move(pack));
        if (packs_.size() == pack_limit) break;
    }
}

std::optional<PackedBlob> PackedBlobs::find(const BlobId& id) const try {
    std::call_once(is_open_, [this] { open_packs(); });
    for (const auto& pack : packs_) {
        const auto offset = pack->offset_of(id);
        if (!offset) continue;
        auto blob = pack->read(*offset);
        if (blob && blob->content && !is_this_blob(*blob->content, id)) return std::nullopt;
        return blob;
    }
    return std::nullopt;
} catch (const UserError&) {
    return std::nullopt;
}

}  // namespace onnxhub
