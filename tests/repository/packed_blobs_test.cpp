// SPDX-License-Identifier: Apache-2.0
#include "repository/packed_blobs.h"

#include <git2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "repository/git_repository.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;

namespace fs = std::filesystem;

BlobId id_of(std::string_view content) {
    git_libgit2_init();
    git_oid oid = {};
    git_odb_hash(&oid, content.data(), content.size(), GIT_OBJECT_BLOB);
    BlobId id;
    std::copy_n(oid.id, id.bytes.size(), id.bytes.begin());
    return id;
}

std::string big_endian(std::uint64_t value, int bytes = 4) {
    std::string text;
    for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> i * 8 & 0xff);
    return text;
}

std::string deflated(std::string_view content) {
    uLongf size = compressBound(content.size());
    std::string result(size, '\0');
    compress(reinterpret_cast<Bytef*>(result.data()), &size,
             reinterpret_cast<const Bytef*>(content.data()), content.size());
    result.resize(size);
    return result;
}

constexpr unsigned blob_type = 3;
constexpr unsigned tree_type = 2;
constexpr unsigned offset_delta_type = 6;

/// Type and size, as they begin an entry of a pack.
std::string entry_head(unsigned type, std::uint64_t size) {
    std::string head;
    unsigned byte = type << 4 | (size & 15);
    for (size >>= 4; size > 0; size >>= 7) {
        head += static_cast<char>(byte | 0x80);
        byte = size & 0x7f;
    }
    return head + static_cast<char>(byte);
}

/// A size at the beginning of a delta.
std::string number(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
    return bytes + static_cast<char>(value);
}

/// How far an entry is behind its base.
std::string distance(std::uint64_t value) {
    std::string bytes(1, static_cast<char>(value & 0x7f));
    while (value >>= 7) bytes.insert(bytes.begin(), static_cast<char>(0x80 | (--value & 0x7f)));
    return bytes;
}

/// A pack and its index, byte for byte as a hostile repository may have them.
class PackBuilder {
public:
    /// Returns the offset of the entry.
    std::uint64_t add(const BlobId& id, const std::string& entry) {
        const std::uint64_t offset = pack_.size();
        offsets_[id] = offset;
        pack_ += entry;
        return offset;
    }

    std::uint64_t add_blob(const std::string& content) {
        return add(id_of(content), entry_head(blob_type, content.size()) + deflated(content));
    }

    /// `content` must be what the delta makes of the entry at `base`.
    std::uint64_t add_delta(const std::string& content, std::uint64_t base,
                            const std::string& delta) {
        return add(id_of(content), entry_head(offset_delta_type, delta.size()) +
                                       distance(pack_.size() - base) + deflated(delta));
    }

    std::string index(bool has_large_offsets = false) const {
        std::string text("\377tOc\0\0\0\2", 8);
        for (int first = 0; first < 256; ++first) {
            text += big_endian(static_cast<std::uint64_t>(std::ranges::count_if(
                offsets_, [&](const auto& item) { return item.first.bytes[0] <= first; })));
        }
        std::string large, offsets;
        for (const auto& [id, offset] : offsets_) {
            text.append(id.bytes.begin(), id.bytes.end());
            offsets += big_endian(has_large_offsets ? 0x8000'0000 + large.size() / 8 : offset);
            if (has_large_offsets) large += big_endian(offset, 8);
        }
        return text + std::string(offsets_.size() * 4, '\0') + offsets + large +
               std::string(40, '\0');
    }

    const std::string& pack() const { return pack_; }

    /// Writes both as objects/pack/pack-1.* below `objects`.
    void write(const fs::path& objects) const {
        write_file(objects / "pack/pack-1.pack", pack_);
        write_file(objects / "pack/pack-1.idx", index());
    }

private:
    std::string pack_{"PACK\0\0\0\2\0\0\0\1", 12};
    std::map<BlobId, std::uint64_t> offsets_;
};

std::optional<std::string> content_in(const fs::path& objects, const BlobId& id) {
    const auto blob = PackedBlobs(objects).find(id);
    return blob ? blob->content : std::nullopt;
}

std::string pointer(int number) {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:" +
           to_hex(sha256_of(std::to_string(number))) + "\nsize " + std::to_string(number * 1000) +
           "\n";
}

/// Hundreds of pointers and two large files, as `git repack` stores them.
class RepackedPointers : public testing::Test {
protected:
    RepackedPointers() {
        for (int i = 0; i < 400; ++i) {
            const std::string name = "models/m" + std::to_string(i) + ".onnx";
            hub_.write(name, pointer(i));
            contents_.push_back(pointer(i));
        }
        hub_.write("README.md", std::string(9000, 'r')).commit("Models");
        test::run_command({"git", "repack", "-adqf", "--depth=50", "--window=20"}, hub_.path());
    }

    fs::path objects() const { return hub_.path() / ".git/objects"; }

    RepositoryBuilder hub_;
    std::vector<std::string> contents_;
};

TEST_F(RepackedPointers, AreReadWithoutLibgit2) {
    const PackedBlobs packs(objects());
    for (const std::string& content : contents_) {
        const auto blob = packs.find(id_of(content));
        ASSERT_TRUE(blob);
        EXPECT_EQ(blob->content, content);
        EXPECT_EQ(blob->size_bytes, content.size());
    }
}

TEST_F(RepackedPointers, LargeBlobsHaveASizeAlone) {
    const auto blob = PackedBlobs(objects()).find(id_of(std::string(9000, 'r')));
    ASSERT_TRUE(blob);
    EXPECT_EQ(blob->size_bytes, 9000u);
    EXPECT_FALSE(blob->content);
}

TEST_F(RepackedPointers, AreTheSameInTheTreeOfTheCommit) {
    const auto repository = GitRepository::find(hub_.path());
    const auto tree = repository->tree_of(repository->resolve_commit("HEAD"), "");
    for (std::size_t i = 0; i < contents_.size(); ++i) {
        const auto held = tree->held_by_git("models/m" + std::to_string(i) + ".onnx");
        ASSERT_TRUE(held);
        EXPECT_EQ(held->size_bytes, contents_[i].size());
        const auto* read = std::get_if<LfsPointer>(&held->as_pointer);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->oid, sha256_of(std::to_string(i)));
    }
}

TEST(PackedBlobs, WhatIsNotInAPackIsLeftToLibgit2) {
    RepositoryBuilder hub;
    hub.write("loose", "loose").commit("One");
    EXPECT_FALSE(PackedBlobs(hub.path() / ".git/objects").find(id_of("loose")));
    EXPECT_FALSE(PackedBlobs(hub.path() / "nowhere").find(id_of("loose")));
}

TEST(PackedBlobs, ReadsOffsetsOf64Bits) {
    const TemporaryFolder folder;
    PackBuilder builder;
    builder.add_blob("one");
    builder.add_blob("two");
    builder.write(folder.path());
    write_file(folder.path() / "pack/pack-1.idx", builder.index(true));
    EXPECT_EQ(content_in(folder.path(), id_of("two")), "two");
}

TEST(PackedBlobs, TakesTheLastSizeBelowTheLimit) {
    const TemporaryFolder folder;
    PackBuilder builder;
    const std::string last(packed_blob_limit, 'a');
    const std::string too_long(packed_blob_limit + 1, 'a');
    builder.add_blob(last);
    builder.add_blob(too_long);
    builder.write(folder.path());
    EXPECT_EQ(content_in(folder.path(), id_of(last)), last);
    const auto blob = PackedBlobs(folder.path()).find(id_of(too_long));
    ASSERT_TRUE(blob);
    EXPECT_EQ(blob->size_bytes, packed_blob_limit + 1);
    EXPECT_FALSE(blob->content);
}

TEST(PackedBlobs, FollowsDeltasUpToALimit) {
    const TemporaryFolder folder;
    PackBuilder builder;
    std::string content = "0";
    std::uint64_t base = builder.add_blob(content);
    std::vector<std::string> contents{content};
    for (int i = 1; i <= 70; ++i) {
        // Copies the whole base, then adds one byte.
        const std::string delta = number(content.size()) + number(content.size() + 1) + "\x90" +
                                  static_cast<char>(content.size()) + "\x01+";
        content += '+';
        base = builder.add_delta(content, base, delta);
        contents.push_back(content);
    }
    builder.write(folder.path());
    EXPECT_EQ(content_in(folder.path(), id_of(contents[64])), contents[64]);
    EXPECT_FALSE(content_in(folder.path(), id_of(contents[65])));
    // From a base that was read before, fewer steps are left.
    const PackedBlobs packs(folder.path());
    packs.find(id_of(contents[40]));
    const auto far = packs.find(id_of(contents[70]));
    ASSERT_TRUE(far);
    EXPECT_EQ(far->content, contents[70]);
}

TEST(PackedBlobs, HostileEntriesAreLeftToLibgit2) {
    const std::string head = entry_head(blob_type, 3);
    const std::string huge_delta("\x03\xff\xff\xff\xff\x7f\x90\x03", 8);
    const std::map<std::string, std::string> entries{
        {"another content", head + deflated("two")},
        {"longer than stated", head + deflated("onee")},
        {"shorter than stated", head + deflated("on")},
        {"not compressed", head + "one"},
        {"an endless size", std::string(40, '\xff')},
        {"an end in the head", "\xbf"},
        {"no bytes", ""},
        {"a tree", entry_head(tree_type, 3) + deflated("one")},
        {"a base before the pack",
         entry_head(offset_delta_type, 8) + distance(4000) + deflated("12345678")},
        {"a base in the head of the pack",
         entry_head(offset_delta_type, 8) + distance(11) + deflated("12345678")},
        {"its own base", entry_head(offset_delta_type, 8) + distance(0) + deflated("12345678")},
        {"an endless distance", entry_head(offset_delta_type, 8) + std::string(40, '\xff')},
    };
    for (const auto& [what, entry] : entries) {
        const TemporaryFolder folder;
        PackBuilder builder;
        builder.add(id_of("one"), entry);
        builder.write(folder.path());
        EXPECT_FALSE(PackedBlobs(folder.path()).find(id_of("one"))) << what;
    }
}

TEST(PackedBlobs, HostileDeltasAreLeftToLibgit2) {
    const std::map<std::string, std::string> deltas{
        {"a huge result", std::string("\x03\xff\xff\xff\xff\x7f\x90\x03", 8)},
        {"another size of the base", std::string("\x04\x03\x90\x03", 4)},
        {"a copy from behind the base", std::string("\x03\x03\x91\x02\x03", 5)},
        {"a copy with a huge offset", std::string("\x03\x03\x9f\xff\xff\xff\xff\x03", 8)},
        {"more than the stated size", std::string("\x03\x03\x90\x03\x90\x03", 6)},
        {"less than the stated size", std::string("\x03\x03\x90\x02", 4)},
        {"the reserved order", std::string("\x03\x03\0", 3)},
        {"an end in an order", std::string("\x03\x03\x91", 3)},
        {"an end in a text", std::string("\x03\x03\x03on", 5)},
        {"nothing", ""},
    };
    for (const auto& [what, delta] : deltas) {
        const TemporaryFolder folder;
        PackBuilder builder;
        const std::uint64_t base = builder.add_blob("two");
        builder.add_delta("one", base, delta);
        builder.write(folder.path());
        EXPECT_FALSE(PackedBlobs(folder.path()).find(id_of("one"))) << what;
    }
}

/// Damage may only make a blob unreadable here.
TEST(PackedBlobs, NoDamageGivesAnotherContent) {
    PackBuilder builder;
    const std::string base = pointer(1);
    const std::uint64_t offset = builder.add_blob(base);
    // All but the last byte of the base, then another one.
    const std::string delta = number(base.size()) + number(base.size()) + "\x90" +
                              static_cast<char>(base.size() - 1) + "\x01!";
    const std::string changed = base.substr(0, base.size() - 1) + "!";
    builder.add_delta(changed, offset, delta);
    const TemporaryFolder folder;
    builder.write(folder.path());
    ASSERT_EQ(content_in(folder.path(), id_of(changed)), changed);
    const auto expect_no_other = [&] {
        for (const std::string& content : {base, changed}) {
            const auto found = content_in(folder.path(), id_of(content));
            EXPECT_TRUE(!found || *found == content);
        }
    };
    const auto damage_each_byte = [&](const std::string& file, const std::string& bytes) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::string damaged = bytes;
            damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
            write_file(folder.path() / file, damaged);
            expect_no_other();
            write_file(folder.path() / file, bytes.substr(0, i));
            expect_no_other();
        }
        write_file(folder.path() / file, bytes);
    };
    damage_each_byte("pack/pack-1.pack", builder.pack());
    damage_each_byte("pack/pack-1.idx", builder.index());
}

}  // namespace
}  // namespace onnxhub
