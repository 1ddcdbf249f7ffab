// SPDX-License-Identifier: Apache-2.0
#include "repository/lfs_pointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace onnxhub {
namespace {

const std::string pointer_oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
const std::string version_line = "version https://git-lfs.github.com/spec/v1\n";

std::string pointer_text(const std::string& oid_text, const std::string& size) {
    return version_line + "oid sha256:" + oid_text + "\nsize " + size + "\n";
}

const std::string canonical = pointer_text(pointer_oid, "12345");

/// With lines between the version and the oid.
std::string with_lines(const std::string& lines) {
    return version_line + lines + "oid sha256:" + pointer_oid + "\nsize 12345\n";
}

bool is_content(const std::string& text) {
    return std::holds_alternative<NotAPointer>(parse_lfs_pointer(text));
}

TEST(LfsPointer, CanonicalPointerIsRead) {
    const auto result = parse_lfs_pointer(canonical);
    const auto* pointer = std::get_if<LfsPointer>(&result);
    ASSERT_TRUE(pointer);
    EXPECT_EQ(to_hex(pointer->oid), pointer_oid);
    EXPECT_EQ(pointer->size_bytes, 12345u);
    EXPECT_FALSE(pointer->has_extensions);
    EXPECT_TRUE(pointer->is_canonical);
}

TEST(LfsPointer, WrittenTextIsReadAsTheSame) {
    for (const std::uint64_t size :
         {std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{INT64_MAX}}) {
        const auto result = parse_lfs_pointer(lfs_pointer_text(*parse_sha256(pointer_oid), size));
        const auto* pointer = std::get_if<LfsPointer>(&result);
        ASSERT_TRUE(pointer);
        EXPECT_EQ(pointer->size_bytes, size);
        EXPECT_TRUE(pointer->is_canonical);
    }
}

TEST(LfsPointer, OtherFilesAreContent) {
    for (const std::string text :
         {"", "\n", "\r\n\r\n", "version", "version ", "version 1\n", "version https://",
          "<<<<<<< HEAD\nx\n=======\n", "<!DOCTYPE html>\n<html>", "\x08\x07\x12\x04test"}) {
        SCOPED_TRACE(text);
        EXPECT_TRUE(is_content(text));
    }
    EXPECT_TRUE(is_content("# Text about\n" + canonical));
}

TEST(LfsPointer, FileOfTheLimitOrMoreIsContent) {
    const auto of_size = [](std::size_t size) {
        return canonical + std::string(size - canonical.size(), '\n');
    };
    EXPECT_FALSE(is_content(of_size(lfs_pointer_size_limit - 1)));
    EXPECT_TRUE(is_content(of_size(lfs_pointer_size_limit)));
    EXPECT_TRUE(is_content(of_size(lfs_pointer_size_limit + 1)));
}

TEST(LfsPointer, OddButCompletePointersAreReadAndNotCanonical) {
    std::string crlf;
    for (const char c : canonical) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    const std::string texts[] = {
        crlf,
        canonical.substr(0, canonical.size() - 1),  // no line break at the end
        canonical + "\n",
        "\n" + canonical,
        pointer_text(pointer_oid, "012345"),
        with_lines("a-key-to-come value\n"),
        version_line + "size 12345\noid sha256:" + pointer_oid + "\n",  // keys not sorted
        "version http://git-media.io/v/2\noid sha256:" + pointer_oid + "\nsize 12345\n",
        "version https://hawser.github.com/spec/v1\noid sha256:" + pointer_oid + "\nsize 12345\n",
    };
    for (const std::string& text : texts) {
        SCOPED_TRACE(text);
        const auto result = parse_lfs_pointer(text);
        const auto* pointer = std::get_if<LfsPointer>(&result);
        ASSERT_TRUE(pointer);
        EXPECT_EQ(to_hex(pointer->oid), pointer_oid);
        EXPECT_EQ(pointer->size_bytes, 12345u);
        EXPECT_FALSE(pointer->is_canonical);
    }
}

TEST(LfsPointer, ExtensionsAreNoticed) {
    const auto result = parse_lfs_pointer(with_lines("ext-0-crypt sha256:" + pointer_oid + "\n" +
                                                     "ext-1-zip sha256:" + pointer_oid + "\n"));
    const auto* pointer = std::get_if<LfsPointer>(&result);
    ASSERT_TRUE(pointer);
    EXPECT_TRUE(pointer->has_extensions);
    EXPECT_TRUE(pointer->is_canonical);
}

TEST(LfsPointer, BrokenPointerIsReportedAtItsLine) {
    const std::pair<std::string, int> texts_and_lines[] = {
        {version_line, 1},                                    // ends after the version
        {version_line.substr(0, 30), 1},                      // ends within the version
        {version_line.substr(0, 42) + "0\noid", 1},           // v10
        {"version https://git-lfs.github.com/spec/v2\n", 1},  // a version to come
        {pointer_text("9f29c2", "26454"), 2},                 // oid too short
        {pointer_text(std::string(64, 'A'), "26454"), 2},     // oid in capitals
        {pointer_text(pointer_oid + "0", "26454"), 2},
        {version_line + "oid sha1:" + pointer_oid.substr(24) + "\nsize 1\n", 2},
        {canonical.substr(0, 80), 2},  // cut within the oid
        {version_line + "oid sha256:" + pointer_oid + "\n", 2},
        {version_line + "size 12345\n", 2},
        {pointer_text(pointer_oid, ""), 3},
        {pointer_text(pointer_oid, "-1"), 3},
        {pointer_text(pointer_oid, "+1"), 3},
        {pointer_text(pointer_oid, " 1"), 3},
        {pointer_text(pointer_oid, "1 "), 3},
        {pointer_text(pointer_oid, "0x10"), 3},
        {pointer_text(pointer_oid, "1e6"), 3},
        {pointer_text(pointer_oid, "18446744073709551616"), 3},  // 2^64
        {canonical + canonical.substr(version_line.size()), 4},
        {canonical + "size 12345\n", 4},
        {canonical + "garbage\n", 4},
        {canonical + " leading space\n", 4},
        {with_lines("ext-0-crypt md5:12\n"), 2},
        {with_lines("ext-crypt sha256:" + pointer_oid + "\n"), 2},
        {with_lines("ext-0- sha256:" + pointer_oid + "\n"), 2},
        {"\xef\xbb\xbf" + canonical, 1},
        {"\r\r\n" + canonical, 1},
    };
    for (const auto& [text, line] : texts_and_lines) {
        SCOPED_TRACE(text);
        const auto result = parse_lfs_pointer(text);
        const auto* broken = std::get_if<MalformedPointer>(&result);
        ASSERT_TRUE(broken);
        EXPECT_EQ(broken->line, line);
        EXPECT_FALSE(broken->reason.empty());
    }
}

TEST(LfsPointer, ConflictMarkersAreReportedAtTheirLine) {
    const std::string two_oids = "<<<<<<< HEAD\noid sha256:" + pointer_oid +
                                 "\n=======\noid sha256:" + pointer_oid +
                                 "\n>>>>>>> other\nsize 12345\n";
    const std::pair<std::string, int> texts_and_lines[] = {
        {version_line + two_oids, 2},
        {version_line + "oid sha256:" + pointer_oid + "\n=======\nsize 12345\n", 3},
        {canonical + ">>>>>>> other\n", 4},
        {"<<<<<<< HEAD\n" + canonical + "=======\n" + canonical + ">>>>>>> other\n", 1},
        {"<<<<<<< HEAD\r\n" + canonical, 1},
        {"<<<<<<<\n" + canonical, 1},
    };
    for (const auto& [text, line] : texts_and_lines) {
        SCOPED_TRACE(text);
        const auto result = parse_lfs_pointer(text);
        const auto* broken = std::get_if<MalformedPointer>(&result);
        ASSERT_TRUE(broken);
        EXPECT_EQ(broken->line, line);
        EXPECT_EQ(broken->reason, "merge conflict markers");
    }
}

TEST(LfsPointer, EveryCutAndEveryFlippedByteIsAnswered) {
    for (std::size_t i = 0; i < canonical.size(); ++i) {
        parse_lfs_pointer(canonical.substr(0, i));
        for (const char c : {'\0', '\n', '\r', ' ', '\xff'}) {
            std::string flipped = canonical;
            flipped[i] = c;
            const auto result = parse_lfs_pointer(flipped);
            const auto* pointer = std::get_if<LfsPointer>(&result);
            if (flipped == canonical) continue;
            EXPECT_TRUE(!pointer || !pointer->is_canonical) << flipped;
        }
    }
}

}  // namespace
}  // namespace onnxhub
