// SPDX-License-Identifier: Apache-2.0
// Tar and gzip, byte by byte: the reader rejects what lenient readers accept.
#include "archive/tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "archive/archive_reader.h"
#include "tests/support/archive_builder.h"
#include "tests/support/tar_bytes.h"

namespace onnxhub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using Kind = ArchiveProblem::Kind;

struct Files : ArchiveVisitor {
    std::map<std::string, std::string> files;
    std::string path;
    std::string text;

    void begin_file(const std::string& begun) override {
        path = begun;
        text.clear();
    }
    void data(std::span<const std::byte> block) override {
        text.append(reinterpret_cast<const char*>(block.data()), block.size());
    }
    void end_file() override { files[path] = text; }
};

struct Walked {
    std::map<std::string, std::string> files;
    std::vector<ArchiveProblem> problems;
};

Walked walk(const std::string& bytes, const ArchiveLimits& limits = {}) {
    Files visitor;
    Walked walked;
    walked.problems = walk_archive(reader_of(bytes), limits, visitor);
    walked.files = visitor.files;
    return walked;
}

/// The one problem as "member|reason"; "" without one.
std::string problem(const std::string& bytes) {
    const Walked walked = walk(bytes);
    if (walked.problems.empty()) return "";
    EXPECT_THAT(walked.problems, SizeIs(1));
    return walked.problems.front().member + "|" + walked.problems.front().reason;
}

const std::string whole = tar_file("a/m.onnx", "model") + tar_end();

TEST(TarReader, ReadsEachWayOfWritingANameOrSize) {
    const std::string long_name = std::string(120, 'd') + "/m.onnx";
    std::string prefixed = tar_header("m.onnx", 5);
    prefixed.replace(345, 6, "folder");
    set_checksum(prefixed);
    std::string gnu = prefixed;
    gnu.replace(257, 8, "ustar  \0", 8);  // what is behind the magic number is no prefix there
    set_checksum(gnu);
    std::string binary = tar_header("b.onnx", 0);
    binary.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12));
    set_checksum(binary);
    const std::pair<std::string, std::string> archives[] = {
        {tar_file("a/m.onnx", "model"), "a/m.onnx"},
        {tar_file("a/m.onnx", "model", '\0'), "a/m.onnx"},
        {prefixed + tar_content("model"), "folder/m.onnx"},
        {gnu + tar_content("model"), "m.onnx"},
        {binary + tar_content("model"), "b.onnx"},
        {tar_file("././@LongLink", long_name + '\0', 'L') + tar_file("x", "model"), long_name},
        {pax_header("path", long_name) + tar_file("x", "model"), long_name},
        {pax_header("size", "5") + tar_header("m.onnx", 0) + tar_content("model"), "m.onnx"},
        {pax_header("comment", "all", 'g') + tar_file("m.onnx", "model"), "m.onnx"},
        {tar_file("label", "", 'V') + tar_file("a/", "", '5') + tar_file("m.onnx", "model"),
         "m.onnx"},
    };
    for (const auto& [tar, path] : archives) {
        for (const std::string& end : {tar_end(), std::string()}) {
            const Walked walked = walk(tar + end);
            EXPECT_THAT(walked.files, ElementsAre(Pair(path, "model")));
            EXPECT_THAT(walked.problems, IsEmpty());
        }
        EXPECT_THAT(walk(gzipped(tar + tar_end())).files, ElementsAre(Pair(path, "model")));
    }
}

TEST(TarReader, DamageIsFound) {
    std::string checksum = whole;
    checksum[150] ^= 1;
    std::string negative = tar_header("m.onnx", 0);
    negative.replace(124, 12, 12, '\xff');
    set_checksum(negative);
    EXPECT_EQ(problem(checksum), "|is not a tar archive");
    EXPECT_EQ(problem(negative), "|is not a tar archive");
    EXPECT_EQ(problem(tar_file("a", "x") + checksum), "|has a damaged header");
    EXPECT_EQ(problem(whole.substr(0, 514)), "a/m.onnx|ends too early");
    EXPECT_EQ(problem(tar_file("a", "x") + whole.substr(0, 100)), "|ends too early");
    EXPECT_EQ(problem(pax_header("path", "a")), "|ends too early");
    EXPECT_EQ(problem(tar_end()), "|has no members");
    for (const char* record :
         {"9 path=ab\n", "11 path=ab", "x path=a\n", "8 pathab\n", "5 \n", "99"}) {
        EXPECT_EQ(problem(tar_file("x", record, 'x') + whole), "|has a damaged pax header")
            << record;
    }
    EXPECT_EQ(problem(pax_header("size", "-1") + whole), "|has a damaged pax header");
    EXPECT_EQ(problem(pax_header("path", "b", 'g') + whole), "|has a global pax header with path");
    EXPECT_THAT(problem(tar_header("x", 2 << 20, 'x') + whole), HasSubstr("extended header"));
}

TEST(TarReader, SparseFilesAreRefused) {
    EXPECT_EQ(problem(tar_header("m.onnx", 0, 'S') + tar_end()), "m.onnx|is a sparse file");
    EXPECT_EQ(problem(pax_header("GNU.sparse.major", "1") + whole), "a/m.onnx|is a sparse file");
}

TEST(TarReader, NulsInNamesAreRefusedAndShown) {
    const std::string name("m.onnx\0.txt", 11);
    EXPECT_THAT(problem(pax_header("path", name) + whole), HasSubstr("m.onnx\\0.txt|has a path"));
    EXPECT_THAT(problem(tar_file("L", name + '\0', 'L') + whole), HasSubstr("m.onnx\\0.txt|"));
}

TEST(TarReader, SkippedMembersCountAsInflated) {
    ArchiveLimits limits;
    limits.inflated_bytes = 100'000;
    const std::string tar =
        tar_file("../m.onnx", std::string(200'000, 'x')) + tar_file("m.onnx", "m") + tar_end();
    const Walked walked = walk(gzipped(tar), limits);
    EXPECT_EQ(walked.problems.back().kind, Kind::limit);
    EXPECT_THAT(walked.files, IsEmpty());
}

TEST(TarReader, EveryCutAndEveryFlippedBitOfAGzipIsFound) {
    const std::string good = gzipped(whole);
    ASSERT_EQ(problem(good), "");
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_NE(problem(good.substr(0, size)), "") << size;
    }
    constexpr std::size_t header = 10;  // time, system and level may be anything
    for (std::size_t at = header; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] ^= 4;
        const Walked walked = walk(bad);  // the last byte of deflate's has bits without a meaning
        EXPECT_TRUE(!walked.problems.empty() || walked.files == walk(good).files) << at;
    }
}

TEST(TarReader, GzipMembersMayFollowOneAnotherAndPadding) {
    const std::string two = gzipped(whole.substr(0, 700)) + gzipped(whole.substr(700));
    EXPECT_EQ(problem(two), "");
    EXPECT_EQ(problem(two + std::string(300'000, '\0')), "");
    EXPECT_EQ(problem(two + std::string(300'000, '\0') + "x"), "|has bytes after its end");
    EXPECT_THAT(problem(two + '\x1f'), HasSubstr("|"));
}

}  // namespace
}  // namespace onnxhub
