// SPDX-License-Identifier: Apache-2.0
#include "repository/foreign_pointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

std::string tool_of(const std::optional<ForeignPointer>& foreign) {
    return foreign ? foreign->reason : "none";
}

TEST(ForeignPointer, TextsOfOtherToolsAreRecognised) {
    EXPECT_THAT(tool_of(find_foreign_pointer("# xet version 0\nfilesize = 4812\nhash = '6bcd'\n")),
                HasSubstr("git-xet"));
    EXPECT_THAT(tool_of(find_foreign_pointer("/annex/objects/SHA256E-s1234--0a1b.onnx\n")),
                HasSubstr("git-annex"));
    EXPECT_THAT(tool_of(find_foreign_pointer("../../.git/annex/objects/0j/K3/SHA256E/SHA256E")),
                HasSubstr("git-annex"));
    EXPECT_THAT(tool_of(find_foreign_pointer("outs:\n- md5: 0a1b\n  size: 5\n  path: m.onnx\n")),
                HasSubstr("DVC"));
    EXPECT_THAT(tool_of(find_foreign_pointer("md5: 0a1b\r\nouts:\r\n- md5: 0a1b\r\n")),
                HasSubstr("DVC"));
}

TEST(ForeignPointer, OtherTextsAreNot) {
    for (const char* text :
         {"", "# a model\n", "version https://git-lfs.github.com/spec/v1\n", "outs:\n",
          "md5: 0a1b\n", "see /annex/objects/x", "annex/objects/x", "\x08\x07\x12\x05"}) {
        EXPECT_FALSE(find_foreign_pointer(text)) << text;
    }
}

TEST(ForeignPointer, LinksIntoFoldersOfOtherToolsAreRecognised) {
    EXPECT_THAT(tool_of(find_foreign_link("../.git/annex/objects/0j/K3/SHA256E-s1/SHA256E-s1")),
                HasSubstr("git-annex"));
    EXPECT_THAT(tool_of(find_foreign_link("/home/me/hub/.dvc/cache/files/md5/0a/1b")),
                HasSubstr("DVC"));
    EXPECT_FALSE(find_foreign_link("../store/real.onnx"));
}

std::string pointer_with(const std::string& size) {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
           "\nsize " + size + "\n";
}

TEST(LfsPointerForm, SizesThatNoSystemHasAreMalformed) {
    const auto largest = parse_lfs_pointer(pointer_with("9223372036854775807"));
    ASSERT_TRUE(std::holds_alternative<LfsPointer>(largest));
    EXPECT_EQ(std::get<LfsPointer>(largest).size_bytes, 9'223'372'036'854'775'807u);
    for (const char* size :
         {"9223372036854775808", "18446744073709551615", "99999999999999999999"}) {
        const auto parsed = parse_lfs_pointer(pointer_with(size));
        ASSERT_TRUE(std::holds_alternative<MalformedPointer>(parsed)) << size;
        EXPECT_THAT(std::get<MalformedPointer>(parsed).reason, HasSubstr("2^63-1"));
        EXPECT_EQ(std::get<MalformedPointer>(parsed).line, 3);
    }
}

TEST(LfsPointerForm, UnsortedKeysAndOtherEncodingsAreNotCanonical) {
    const std::string version = "version https://git-lfs.github.com/spec/v1\n";
    const std::string oid = "oid sha256:" + std::string(64, 'a') + "\n";
    const std::string extension = "ext-0-\xff sha256:" + std::string(64, 'b') + "\n";
    for (const std::string& text :
         {version + "size 5\n" + oid, version + extension + oid + "size 5\n"}) {
        const auto parsed = parse_lfs_pointer(text);
        ASSERT_TRUE(std::holds_alternative<LfsPointer>(parsed)) << text;
        EXPECT_FALSE(std::get<LfsPointer>(parsed).is_canonical) << text;
    }
}

}  // namespace
}  // namespace onnxhub
