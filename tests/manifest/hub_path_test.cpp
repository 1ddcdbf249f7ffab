// SPDX-License-Identifier: Apache-2.0
#include "manifest/hub_path.h"
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

using namespace std::string_literals;

namespace onnxhub {
namespace {

/// The clean path, or "refused: " and why.
std::string reported(const std::variant<std::string, UnsafePath>& result) {
    if (const auto* unsafe = std::get_if<UnsafePath>(&result)) return "refused: " + unsafe->reason;
    return std::get<std::string>(result);
}

std::string cleaned(std::string_view base, std::string_view path) {
    return reported(clean_hub_path(base, path));
}

TEST(CleanHubPath, IsRelativeToItsBase) {
    EXPECT_EQ(cleaned("", "model.onnx"), "model.onnx");
    EXPECT_EQ(cleaned("vision/mnist", "model/mnist-8.onnx"), "vision/mnist/model/mnist-8.onnx");
    EXPECT_EQ(cleaned("vision/mnist/", "a"), "vision/mnist/a");
    EXPECT_EQ(cleaned("vision", ""), "vision");
    EXPECT_EQ(cleaned("", ""), "");
}

TEST(CleanHubPath, DropsDotsAndEmptySegments) {
    EXPECT_EQ(cleaned("", "./a/./b//c/."), "a/b/c");
    EXPECT_EQ(cleaned("", "a/"), "a");
    EXPECT_EQ(cleaned("", "."), "");
    EXPECT_EQ(cleaned("", "./"), "");
    EXPECT_EQ(cleaned("", ".hidden/..."), ".hidden/...");
}

TEST(CleanHubPath, GoesUpInsideTheHubOnly) {
    EXPECT_EQ(cleaned("a/b", "../c"), "a/c");
    EXPECT_EQ(cleaned("a/b", "../.."), "");
    EXPECT_EQ(cleaned("", "a/../b"), "b");
    for (const char* path :
         {"..", "../", "./..", "a/../..", "../a", "a/../../a", "a/b/../../../c"}) {
        EXPECT_EQ(cleaned("", path), "refused: points outside of the repository") << path;
    }
    EXPECT_EQ(cleaned("a", "../../hub/a"), "refused: points outside of the repository");
    EXPECT_EQ(cleaned("..", "a"), "refused: points outside of the repository");
}

TEST(CleanHubPath, RefusesWhatIsNotRelative) {
    EXPECT_EQ(cleaned("a", "/etc/passwd"), "refused: is absolute");
    EXPECT_EQ(cleaned("a", "//host/share"), "refused: is absolute");
    for (const char* path :
         {"C:", "c:/x", "https://example.org/m.onnx", "file:x", "git+ssh://x", "javascript:x"}) {
        EXPECT_EQ(cleaned("a", path), "refused: is a URL or starts with a drive letter") << path;
    }
    for (const char* path : {"./C:/x", "a/../https:/x", "//./d:"}) {
        EXPECT_EQ(cleaned("", path).rfind("refused: ", 0), 0u) << path;
    }
}

TEST(CleanHubPath, AColonElsewhereIsNoScheme) {
    for (const char* path : {"a/b:c", "1:x", ":x", "a b:c", "a_b:c"}) {
        EXPECT_EQ(cleaned("", path), path);
    }
}

TEST(CleanHubPath, RefusesCharactersThatDeceive) {
    EXPECT_EQ(cleaned("", "a\\b"), "refused: holds a backslash");
    EXPECT_EQ(cleaned("", "..\\a"), "refused: holds a backslash");
    for (const std::string& path :
         {"a\0b"s, "a\nb"s, "\x1b[31m"s, "a\x7f"s, "a\u0085"s, "a\u009b"s, "\t"s}) {
        EXPECT_EQ(cleaned("", path), "refused: holds a control character") << path;
    }
    for (const std::string& path : {"\xff"s, "a/\xc0\xaf"s, "\xed\xa0\x80"s, "a\xe2\x82"s}) {
        EXPECT_EQ(cleaned("", path), "refused: is not UTF-8");
    }
}

TEST(CleanHubPath, RefusesGitsOwnFolder) {
    for (const char* path :
         {".git", ".git/config", "a/.git/hooks/x", ".GIT/config", "sub/.Git", ".git/../x"}) {
        EXPECT_EQ(cleaned("", path), "refused: leads into a .git folder") << path;
    }
    EXPECT_EQ(cleaned("a/.git", "config"), "refused: leads into a .git folder");
    EXPECT_EQ(cleaned("", ".gitignore"), ".gitignore");
    EXPECT_EQ(cleaned("", "a.git/x"), "a.git/x");
    EXPECT_EQ(cleaned("", ".gi\xc3\xa9"), ".gi\xc3\xa9");
}

TEST(CleanHubPath, KeepsOtherNamesAsTheyAre) {
    for (const char* path : {"R\u00e9sNet/\u6a21\u578b.onnx", "a b/c", "100%25/x", "%2e%2e/x",
                             "a?b#c", "-rf", "~/x", "$HOME"}) {
        EXPECT_EQ(cleaned("", path), path);
    }
    const std::string deep = "a" + [] {
        std::string more;
        for (int i = 0; i < 2047; ++i) more += "/a";
        return more;
    }();
    EXPECT_EQ(cleaned("", deep), deep);
}

TEST(CleanHubPath, RefusesPathsNoSystemCanOpen) {
    EXPECT_EQ(cleaned("", std::string(4096, 'a')), std::string(4096, 'a'));
    EXPECT_EQ(cleaned("", std::string(4097, 'a')), "refused: is longer than 4,096 bytes");
}

TEST(CheckHubPath, AcceptsCleanPathsOnly) {
    EXPECT_EQ(reported(check_hub_path("vision/mnist-8.onnx")), "vision/mnist-8.onnx");
    EXPECT_EQ(reported(check_hub_path("")), "refused: is empty");
    for (const char* path : {"a/", "./a", "a//b", "a/../b", ".", "a/."}) {
        EXPECT_EQ(reported(check_hub_path(path)), "refused: has \".\", \"..\" or empty segments")
            << path;
    }
    EXPECT_EQ(reported(check_hub_path("../a")), "refused: points outside of the repository");
    EXPECT_EQ(reported(check_hub_path("/a")), "refused: is absolute");
    EXPECT_EQ(reported(check_hub_path(".git/config")), "refused: leads into a .git folder");
}

TEST(CheckHubPath, AcceptsEveryPathThatCleaningGives) {
    for (const char* path : {"./a:b/../c", "a/./b", "x//y:z", "a/..//d"}) {
        const std::string clean = cleaned("base", path);
        EXPECT_EQ(reported(check_hub_path(clean)), clean);
    }
}

TEST(HubPath, SplitsAtTheLastSlash) {
    EXPECT_EQ(parent_folder("a/b/c"), "a/b");
    EXPECT_EQ(parent_folder("c"), "");
    EXPECT_EQ(parent_folder(""), "");
    EXPECT_EQ(file_name("a/b/c"), "c");
    EXPECT_EQ(file_name("c"), "c");
    EXPECT_EQ(file_name("a/"), "");
}

TEST(DecodeUtf8, ReadsTheFirstAndLastOfEachLength) {
    const std::pair<std::string, char32_t> characters[] = {
        {"\0"s, 0},
        {"\x7f", 0x7f},
        {"\u0080", 0x80},
        {"\u07ff", 0x7ff},
        {"\u0800", 0x800},
        {"\uffff", 0xffff},
        {"\U00010000", 0x10000},
        {"\U0010ffff", 0x10ffff},
        {"\xed\x9f\xbf", 0xd7ff},
        {"\xee\x80\x80", 0xe000},
    };
    for (const auto& [text, expected] : characters) {
        char32_t c = 1;
        EXPECT_EQ(decode_utf8(text + "more", c), text.size());
        EXPECT_EQ(c, expected);
    }
    char32_t c = 0;
    EXPECT_EQ(decode_utf8("", c), 0u);
}

TEST(FirstLineNotUtf8, IsZeroForGoodText) {
    EXPECT_EQ(first_line_not_utf8(""), 0);
    EXPECT_EQ(first_line_not_utf8("a\n\u00e9\n\U0001f600\0x"s), 0);
}

TEST(FirstLineNotUtf8, CountsLines) {
    EXPECT_EQ(first_line_not_utf8("\xff"), 1);
    EXPECT_EQ(first_line_not_utf8("a\nb\n\u00e9 \xff\n\xff"), 3);
    EXPECT_EQ(first_line_not_utf8("a\r\n\x80"), 2);
}

TEST(FirstLineNotUtf8, IsStrict) {
    const std::string bad[] = {
        "\xc0\x80",          // overlong NUL
        "\xc1\xbf",          // overlong, two bytes
        "\xe0\x9f\xbf",      // overlong, three bytes
        "\xf0\x8f\xbf\xbf",  // overlong, four bytes
        "\xed\xa0\x80",      // first surrogate
        "\xed\xbf\xbf",      // last surrogate
        "\xf4\x90\x80\x80",  // U+110000
        "\xf5\x80\x80\x80",  // no such lead byte
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "\x80",  // a continuation without its lead
        "\xc3",  // leads without their continuations
        "\xc3(",
        "\xe2\x82",
        "\xe2\x28\xa1",
        "\xf0\x9f\x98",
        "\xc3\n",
    };
    for (const std::string& bytes : bad) {
        EXPECT_EQ(first_line_not_utf8("\n" + bytes + "\nx"), 2) << testing::PrintToString(bytes);
    }
}

}  // namespace
}  // namespace onnxhub
