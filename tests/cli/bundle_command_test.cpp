// SPDX-License-Identifier: Apache-2.0
// `onnxhub bundle`: any altered byte is detected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/export/bundle_format.h"
#include "hosting/export/hub_bundle.h"
#include "tests/support/archive_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const auto go_on = [] {};

/// A hub with three files, one of which has a path that a tar header alone can't hold.
class Bundle : public testing::Test {
protected:
    void SetUp() override {
        nlohmann::ordered_json manifest = nlohmann::json::array();
        for (const auto& [path, bytes] : files) {
            write_file(folder.path() / "hub" / path, bytes);
            manifest.push_back({{"model", fs::path(path).stem().string()},
                                {"model_path", path},
                                {"onnx_version", "1.9"},
                                {"opset_version", 12},
                                {"metadata",
                                 {{"model_sha", to_hex(sha256_of(bytes))},
                                  {"model_bytes", bytes.size()},
                                  {"tags", {"vision", fs::path(path).stem().string()}}}}});
        }
        write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", manifest.dump(4));
    }

    ProgramResult bundle(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "bundle");
        return run_onnxhub(arguments, folder.path());
    }

    std::string made() {
        EXPECT_EQ(bundle({"create", "--from", "hub", "--to", "b.tar"}).status, 0);
        return read_file(folder.path() / "b.tar");
    }

    /// Why it is refused; "" when it is taken.
    std::string refusal(const std::string& bytes) {
        write_file(folder.path() / "other.tar", bytes);
        try {
            verify_bundle(folder.path() / "other.tar", go_on);
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
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

TEST_F(Bundle, NoBitOfItMayBeAnother) {
    const std::string bytes = made();
    ASSERT_EQ(refusal(bytes), "");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string other = bytes;
        other[at] = static_cast<char>(other[at] ^ (1 << (at % 8)));
        ASSERT_NE(refusal(other), "") << "byte " << at;
    }
}

TEST_F(Bundle, NoByteOfItMayBeMissingOrMore) {
    const std::string bytes = made();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        ASSERT_NE(refusal(bytes.substr(0, size)), "") << size << " bytes";
    }
    EXPECT_THAT(refusal(bytes.substr(0, bytes.size() - 1)), HasSubstr("is truncated"));
    for (const std::size_t more : {1, 511, 512, 1024, 10240}) {
        EXPECT_THAT(refusal(bytes + std::string(more, '\0')), HasSubstr("after its end")) << more;
    }
    EXPECT_NE(refusal(bytes + bytes), "");
}

TEST_F(Bundle, MembersHaveOneOrderAndThereAreNoOthers) {
    const std::string bytes = made();
    const auto member = [](const std::string& path, const std::string& content) {
        return bundle_header(path, content.size()) + content +
               std::string(bundle_padding(content.size()), '\0');
    };
    std::string rest;
    for (const auto& [path, content] : files) rest += member(path, content);
    const std::string end(bundle_end, '\0');
    ASSERT_TRUE(bytes.ends_with(rest + end));
    const std::string head = bytes.substr(0, bytes.size() - rest.size() - end.size());
    std::string turned;
    for (auto at = files.rbegin(); at != files.rend(); ++at)
        turned += member(at->first, at->second);
    EXPECT_NE(refusal(head + turned + end), "");
    EXPECT_NE(refusal(head + rest + member("evil", "x") + end), "");
    EXPECT_NE(refusal(head + rest + rest + end), "");
    std::string folder_entry = bundle_header("a/", 0);
    folder_entry[156] = '5';
    EXPECT_NE(refusal(head + folder_entry + rest + end), "");
    EXPECT_NE(refusal(member("evil", "x") + end), "");
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
    EXPECT_THAT(refusal(ArchiveBuilder().file("../evil", "x").gzip()), HasSubstr("gzip"));
    EXPECT_THAT(refusal("no archive"), HasSubstr("is not a bundle"));
    EXPECT_THAT(refusal(""), HasSubstr("is not a bundle"));
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

/// 8 GiB is more than a tar header's digits can say.
TEST(BundleFormat, LongPathsAndLargeSizesStandInAHeaderOfTheirOwn) {
    EXPECT_EQ(bundle_header("a", 1).size(), 512u);
    EXPECT_EQ(bundle_header(std::string(100, 'a'), (1ULL << 33) - 1).size(), 512u);
    EXPECT_EQ(bundle_header(std::string(101, 'a'), 1).size(), 3 * 512u);
    EXPECT_THAT(bundle_header("a", 1ULL << 33), HasSubstr("19 size=8589934592\n"));
    EXPECT_THAT(bundle_header(std::string(101, 'a'), 1), HasSubstr("111 path=aaa"));
    EXPECT_EQ(size_in_header(bundle_header("a", 8589934591)), 8589934591ULL);
}

}  // namespace
}  // namespace onnxhub::test
