// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/previous_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const std::vector<std::string> files_of_every_export = {"ONNX_HUB_MANIFEST.json", "index.html",
                                                        "nginx.conf.example", ".nojekyll"};

class Previous : public testing::Test {
protected:
    void write_sums(const std::vector<std::string>& names) const {
        std::string sums;
        for (const std::string& name : names) {
            write_file(folder.path() / name, name);
            sums += to_hex(sha256_of(name)) + "  " + name + "\n";
        }
        write_file(folder.path() / "SHA256SUMS", sums);
    }

    TemporaryFolder folder;
};

TEST_F(Previous, AFolderThatIsAbsentOrEmptyIsFree) {
    EXPECT_FALSE(PreviousExport::find(folder.path() / "absent"));
    EXPECT_FALSE(PreviousExport::find(folder.path()));
}

TEST_F(Previous, IsKnownByItsSums) {
    write_sums(files_of_every_export);
    const auto found = PreviousExport::find(folder.path());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->folder(), folder.path());
    EXPECT_EQ(found->digest_of("index.html"), to_hex(sha256_of("index.html")));
    EXPECT_EQ(found->digest_of("other"), std::nullopt);
}

TEST_F(Previous, AFolderWithOtherSumsIsNotReplaced) {
    for (const std::string& left_out : files_of_every_export) {
        auto names = files_of_every_export;
        std::erase(names, left_out);
        write_sums(names);
        EXPECT_THROW(PreviousExport::find(folder.path()), UserError) << left_out;
    }
    fs::remove(folder.path() / "SHA256SUMS");
    EXPECT_THROW(PreviousExport::find(folder.path()), UserError);
    EXPECT_THROW(PreviousExport::find(folder.path() / "index.html"), UserError) << "a file";
}

TEST_F(Previous, ALinkToSumsIsNotFollowed) {
    write_sums(files_of_every_export);
    fs::rename(folder.path() / "SHA256SUMS", folder.path() / "real");
    fs::create_symlink("real", folder.path() / "SHA256SUMS");
    EXPECT_THROW(PreviousExport::find(folder.path()), UserError);
}

TEST_F(Previous, LinesThatAreNoSumsAreIgnored) {
    write_sums(files_of_every_export);
    std::string sums = read_file(folder.path() / "SHA256SUMS");
    sums += std::string(64, 'g') + "  no digest\n" + std::string(64, 'a') + " *one space\n" +
            std::string(64, 'a') + "  \n\n" + std::string(64, 'a') + "  b";
    write_file(folder.path() / "SHA256SUMS", sums);
    const auto found = PreviousExport::find(folder.path());
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->digest_of("no digest"));
    EXPECT_FALSE(found->digest_of("one space"));
    EXPECT_FALSE(found->digest_of(""));
    EXPECT_TRUE(found->digest_of("b")) << "one character, and no line break at the end";
}

TEST_F(Previous, WhatTheSumsDoNotNameIsForeign) {
    write_sums(files_of_every_export);
    write_file(folder.path() / "CNAME", "hub.example");
    write_file(folder.path() / "a/notes.txt", "ours");
    write_file(folder.path() / "a/index.html", "ours");
    fs::create_directory(folder.path() / "inbox");
    fs::create_symlink("a", folder.path() / "latest");
    EXPECT_THAT(PreviousExport::find(folder.path())->foreign(),
                ElementsAre("CNAME", "a/index.html", "a/notes.txt", "inbox", "latest"));
}

}  // namespace
}  // namespace onnxhub::test
