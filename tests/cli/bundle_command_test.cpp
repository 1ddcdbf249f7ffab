// SPDX-License-Identifier: Apache-2.0
// `onnxhub bundle` as a command. tests/export checks the format of bundles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/hub_folder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A hub with three files, one of which has a path that a tar header alone can't hold.
class Bundle : public testing::Test {
protected:
    void SetUp() override { write_hub_folder(folder.path() / "hub", files); }

    ProgramResult bundle(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "bundle");
        return run_onnxhub(arguments, folder.path());
    }

    std::string made() {
        EXPECT_EQ(bundle({"create", "--from", "hub", "--to", "b.tar"}).status, 0);
        return read_file(folder.path() / "b.tar");
    }

    const std::map<std::string, std::string> files = {
        {"a/empty.onnx", ""},
        {"a/one.onnx", "the model of one"},
        {"b/" + std::string(110, 'l') + "/tw\u00f6.onnx", std::string(512, '2')},
    };
    TemporaryFolder folder;
};

TEST_F(Bundle, IsATarThatOthersReadToo) {
    made();
    ASSERT_EQ(run_command({"mkdir", "out"}, folder.path()).status, 0);
    const ProgramResult unpacked = run_command({"tar", "-xf", "b.tar", "-C", "out"}, folder.path());
    ASSERT_EQ(unpacked.status, 0) << unpacked.err;
    EXPECT_EQ(unpacked.err, "");
    for (const auto& [path, bytes] : files) {
        EXPECT_EQ(read_file(folder.path() / "out" / path), bytes) << path;
    }
    const ProgramResult sums =
        run_command({"sha256sum", "--quiet", "-c", "SHA256SUMS"}, folder.path() / "out");
    EXPECT_EQ(sums.status, 0) << sums.out;
}

TEST_F(Bundle, ImportsWithAndWithoutASlash) {
    made();
    for (const char* to : {"there", "with-slash/", "deep/er/"}) {
        const ProgramResult result = bundle({"import", "b.tar", "--to", to});
        ASSERT_EQ(result.status, 0) << result.err;
        for (const auto& [path, bytes] : files) {
            EXPECT_EQ(read_file(folder.path() / to / path), bytes) << path;
        }
    }
}

TEST_F(Bundle, WhatIsPackedIsRefusedUnread) {
    made();
    ASSERT_EQ(run_command({"gzip", "-k", "b.tar"}, folder.path()).status, 0);
    for (const char* command : {"verify", "import"}) {
        std::vector<std::string> words{command, "b.tar.gz"};
        if (words[0] == "import") words.insert(words.end(), {"--to", "there"});
        const ProgramResult result = bundle(words);
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr("packed with gzip"));
        EXPECT_FALSE(fs::exists(folder.path() / "there"));
    }
}

TEST_F(Bundle, UnknownTagsAndNamesAreToldWithTheNearest) {
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{"--tag", "vison"}, "no tag \"vison\"; did you mean \"vision\"?"},
        {{"--tag", "nope"}, "no tag \"nope\"; it has empty, one, tw\u00f6, vision"},
        {{"--tag", "vision", "--tag", "nope"}, "no tag \"nope\""},
        {{"one", "onne"}, "no model \"onne\""},
        {{"one", "--tag", "nope"}, "no tag \"nope\""},
    };
    for (const auto& [choice, reported] : cases) {
        std::vector<std::string> words{"create", "--from", "hub", "--to", "c.tar"};
        words.insert(words.end(), choice.begin(), choice.end());
        const ProgramResult result = bundle(words);
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr(reported));
        EXPECT_FALSE(fs::exists(folder.path() / "c.tar"));
    }
    const ProgramResult result =
        bundle({"create", "--from", "hub", "--to", "c.tar", "--tag", "VISION"});
    EXPECT_THAT(result.err, HasSubstr("3 models, 3 files")) << result.err;
}

TEST_F(Bundle, WhatAKilledRunLeftGoes) {
    write_file(folder.path() / ".b.tar.1234567.part", "half");
    made();
    EXPECT_FALSE(fs::exists(folder.path() / ".b.tar.1234567.part"));
    write_file(folder.path() / ".there.1234567.import/a/one.onnx", "half");
    ASSERT_EQ(bundle({"import", "b.tar", "--to", "there"}).status, 0);
    EXPECT_FALSE(fs::exists(folder.path() / ".there.1234567.import"));
}

}  // namespace
}  // namespace onnxhub::test
