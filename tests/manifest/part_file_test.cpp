// SPDX-License-Identifier: Apache-2.0
#include "manifest/part_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string reason_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const UserError& error) {
        return error.what();
    }
    return "no error";
}

std::string shard_error(const std::vector<Shard>& shards) {
    std::vector<PartFile> files;
    for (std::size_t i = 0; i < shards.size(); ++i) files.push_back({std::to_string(i), {}});
    return reason_of([&] { require_all_shards(files, shards); });
}

TEST(PartFiles, AreJson) {
    const test::TemporaryFolder folder;
    const std::string path = (folder.path() / "part.json").string();
    test::write_file(path, "{\"a\": 1}");
    const PartFile file = read_part_file(path);
    EXPECT_EQ(file.name, path);
    EXPECT_EQ(file.document, json_object({{"a", json_integer(1)}}));
    test::write_file(path, "{\n<");
    EXPECT_EQ(reason_of([&] { read_part_file(path); }),
              path +
                  ":2: unexpected character '<'; name a file that `onnxhub` wrote with "
                  "--format json or --shard");
    EXPECT_THAT(reason_of([&] { read_part_file("/no/such"); }), StartsWith("/no/such: "));
    EXPECT_EQ(reason_of([] { refuse_part_file("a\x1b", "is \x1b odd"); }),
              "a\\x1b: is \\x1b odd; name a file that `onnxhub` wrote with --format json or "
              "--shard");
}

TEST(PartFiles, AreOfAllShardsOfOneRun) {
    EXPECT_EQ(shard_error({{1, 1}}), "no error");
    EXPECT_EQ(shard_error({{2, 3}, {3, 3}, {1, 3}}), "no error");
    EXPECT_EQ(shard_error({{1, 2}, {2, 3}}),
              "1: is shard 2/3, but 0 is of 2 shards; name all parts of one run");
    EXPECT_EQ(shard_error({{1, 2}, {1, 2}}), "1: is shard 1/2, and so is 0; name each part once");
    EXPECT_EQ(shard_error({{1, 3}}),
              "0: is one of 3 shards, and these are missing: 2/3, 3/3; name all parts of one run");
    EXPECT_THAT(shard_error({{1, 100}}),
                HasSubstr("2/100, 3/100, 4/100, 5/100, 6/100 and 94 more"));
}

}  // namespace
}  // namespace onnxhub
