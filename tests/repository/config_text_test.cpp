// SPDX-License-Identifier: Apache-2.0
#include "repository/config_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using namespace std::string_literals;
using test::TemporaryFolder;
using test::write_file;

std::string lfs_url_in(const std::string& text) {
    return config_text_value(text, "lfs.url", ".lfsconfig").value_or("none");
}

std::string error_for(const std::string& text) {
    try {
        return lfs_url_in(text);
    } catch (const UserError& error) {
        return error.what();
    }
}

TEST(ConfigText, IsReadAsGitReadsIt) {
    const std::pair<const char*, const char*> texts[] = {
        {"[LFS] URL = https://a.example\r\n", "https://a.example"},
        {"[lfs]\n url=https://a.example/#x ; note\n", "https://a.example/"},
        {"[lfs]\n url = \"https://a.example/#x\" # note\n", "https://a.example/#x"},
        {"[lfs]\n url = https://a\\\n.example\n", "https://a.example"},
        {"[lfs]\n# url = https://no.example\n url = https://a.example\n", "https://a.example"},
        {"[lfs]\n url = https://no.example\n url = https://a.example", "https://a.example"},
        {"[lfs \"x\"]\n url = https://no.example\n", "none"},
        {"[lfs]\n url\n", ""},
        {"", "none"},
        {"# nothing", "none"},
    };
    for (const auto& [text, expected] : texts) {
        EXPECT_EQ(lfs_url_in(text), expected) << text;
    }
}

TEST(ConfigText, SubsectionsKeepTheirCase) {
    const std::string text = "[Remote \"Up.stream\"]\n lfsURL = https://a.example\n";
    EXPECT_EQ(config_text_value(text, "remote.Up.stream.lfsurl", "f"), "https://a.example");
    EXPECT_EQ(config_text_value(text, "remote.up.stream.lfsurl", "f"), std::nullopt);
}

TEST(ConfigText, OtherFilesAreNotIncluded) {
    const TemporaryFolder folder;
    const std::string other = (folder.path() / "other").string();
    write_file(other, "[lfs]\n url = https://no.example\n");
    EXPECT_EQ(lfs_url_in("[include]\n path = " + other + "\n"), "none");
    EXPECT_EQ(lfs_url_in("[includeIf \"gitdir:/\"]\n path = " + other + "\n"), "none");
}

TEST(ConfigText, SyntaxErrorsAreReportedWithTheFile) {
    for (const std::string& text :
         {"[lfs\n]url = x\n"s, "[\n=\n]\n\\\n\""s, "\0[lfs]\nurl = x\n"s, "<html>"s,
          "[lfs]\nurl = \"x\n"s, "version https://git-lfs.github.com/spec/v1\n"s}) {
        EXPECT_EQ(error_for(text),
                  ".lfsconfig: git can't read it; check it with `git config --file .lfsconfig "
                  "--list`")
            << text;
    }
}

TEST(ConfigText, LargeValuesOfManyKeysGiveOne) {
    std::string text = "[lfs \"" + std::string(16'000, 'x') + "\"]\n";
    for (int i = 0; i < 4'000; ++i) text += "url=y\n";
    EXPECT_EQ(lfs_url_in(text), "none");
    text += "[lfs]\n";
    for (int i = 0; i < 4'000; ++i) text += "url=z\n";
    EXPECT_EQ(lfs_url_in(text), "z");
    EXPECT_EQ(lfs_url_in("[lfs]\nurl=" + std::string(60'000, 'z')), std::string(60'000, 'z'));
}

TEST(ConfigText, KeysThatAreNoneAreNotFound) {
    for (const char* key : {"remote.a\nb.lfsurl", "lfs", "remote..lfsurl"}) {
        EXPECT_EQ(config_text_value("[lfs]\nurl=x\n", key, "f"), std::nullopt) << key;
    }
}

}  // namespace
}  // namespace onnxhub
