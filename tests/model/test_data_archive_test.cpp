// SPDX-License-Identifier: Apache-2.0
#include "model/test_data_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "tests/support/archive_builder.h"

namespace onnxhub {
namespace {

using test::ArchiveBuilder;
using test::reader_of;
using test::tensor_bytes;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = ArchiveProblem::Kind;

TestDataArchive read_archive(const std::string& bytes, const ArchiveLimits& limits = {}) {
    return read_test_data_archive(reader_of(bytes), limits);
}

auto problem(Kind kind, const std::string& member, const std::string& reason) {
    return AllOf(Field(&ArchiveProblem::kind, kind), Field(&ArchiveProblem::member, member),
                 Field(&ArchiveProblem::reason, HasSubstr(reason)));
}

TEST(TestDataArchive, FindsModelAndTestData) {
    const std::string model(100'000, 'm');
    const TestDataArchive archive =
        read_archive(ArchiveBuilder()
                         .folder("mnist/")
                         .file("mnist/model.onnx", model)
                         .file("mnist/test_data_set_0/input_0.pb", tensor_bytes(1, {1, 4}, 16))
                         .file("mnist/test_data_set_0/output_0.pb", tensor_bytes(7, {1}))
                         .file("mnist/test_data_set_1/input_0.pb", tensor_bytes(1, {2, 4}))
                         .file("mnist/README", "hello")
                         .gzip());
    EXPECT_THAT(archive.problems, IsEmpty());
    EXPECT_THAT(archive.models,
                ElementsAre(ArchivedModel{"mnist/model.onnx", sha256_of(model), model.size()}));
    ASSERT_THAT(archive.sets, SizeIs(2));
    const TestDataSet& set = archive.sets.at("mnist/test_data_set_0");
    EXPECT_EQ(std::get<TestTensor>(set.inputs.at(0)).dims, (std::vector<std::int64_t>{1, 4}));
    EXPECT_EQ(std::get<TestTensor>(set.outputs.at(0)).element_type, 7);
}

TEST(TestDataArchive, ATopFolderIsNotNeededAndADotIsFine) {
    const TestDataArchive archive =
        read_archive(ArchiveBuilder()
                         .folder("./")
                         .file("./model.onnx", "m")
                         .file("./test_data_set_0/input_0.pb", tensor_bytes(1, {}))
                         .gzip());
    EXPECT_THAT(archive.problems, IsEmpty());
    EXPECT_THAT(archive.models, SizeIs(1));
    EXPECT_THAT(archive.sets, SizeIs(1));
}

TEST(TestDataArchive, FilesOfMacOsAreNoModels) {
    const TestDataArchive archive =
        read_archive(ArchiveBuilder().file("m/._model.onnx", "x").file("m/model.onnx", "m").gzip());
    EXPECT_THAT(archive.models, SizeIs(1));
}

TEST(TestDataArchive, UnsafeMembersAreToldAndNotRead) {
    const TestDataArchive archive = read_archive(ArchiveBuilder()
                                                     .file("../out.onnx", "x")
                                                     .file("a/../../out.onnx", "x")
                                                     .file("/etc/passwd.onnx", "x")
                                                     .file("C:/windows.onnx", "x")
                                                     .file("a\\b.onnx", "x")
                                                     .file("new\nline.onnx", "x")
                                                     .symlink("link.onnx", "/etc/passwd")
                                                     .file("fine.onnx", "x")
                                                     .hard_link("hard.onnx", "fine.onnx")
                                                     .device("device.onnx")
                                                     .fifo("fifo.onnx")
                                                     .file("fine.onnx", "again")
                                                     .gzip());
    EXPECT_THAT(archive.models, SizeIs(1));
    EXPECT_THAT(archive.problems,
                ElementsAre(problem(Kind::unsafe, "../out.onnx", "\"..\""),
                            problem(Kind::unsafe, "a/../../out.onnx", "\"..\""),
                            problem(Kind::unsafe, "/etc/passwd.onnx", "has a path that"),
                            problem(Kind::unsafe, "C:/windows.onnx", "has a path that"),
                            problem(Kind::unsafe, "a\\b.onnx", "has a path that"),
                            problem(Kind::unsafe, "new\nline.onnx", "has a path that"),
                            problem(Kind::unsafe, "link.onnx", "is a symbolic link"),
                            problem(Kind::unsafe, "hard.onnx", "is a hard link"),
                            problem(Kind::unsafe, "device.onnx", "is a device"),
                            problem(Kind::unsafe, "fifo.onnx", "is a FIFO"),
                            problem(Kind::unsafe, "fine.onnx", "occurs twice")));
}

TEST(TestDataArchive, NoMoreThanTwentyProblemsOfAKind) {
    ArchiveBuilder builder;
    for (int i = 0; i < 100; ++i) builder.file("../" + std::to_string(i), "x");
    EXPECT_THAT(read_archive(builder.gzip()).problems, SizeIs(20));
}

TEST(TestDataArchive, WhatIsNoArchiveIsUnreadable) {
    for (const std::string& bytes :
         {std::string(), std::string("version https://git-lfs.github.com/spec/v1\noid x\n"),
          std::string("<html></html>"), std::string(5000, '\xff'), std::string("PK\x03\x04 zip")}) {
        EXPECT_THAT(read_archive(bytes).problems,
                    ElementsAre(Field(&ArchiveProblem::kind, Kind::unreadable)))
            << bytes.substr(0, 20);
    }
}

TEST(TestDataArchive, TruncatedArchivesAreUnreadableAndTheirLastFileDoesNotCount) {
    std::string noise;
    for (std::uint32_t i = 0, x = 1; i < 100'000; ++i) {
        x = x * 1664525u + 1013904223u;
        noise += static_cast<char>(x >> 24);
    }
    const std::string whole = ArchiveBuilder().file("model.onnx", noise).gzip();
    for (const std::size_t size : {whole.size() / 2, whole.size() / 10, std::size_t{12}}) {
        const TestDataArchive archive = read_archive(whole.substr(0, size));
        EXPECT_THAT(archive.models, IsEmpty());
        EXPECT_THAT(archive.problems, ElementsAre(Field(&ArchiveProblem::kind, Kind::unreadable)));
    }
}

TEST(TestDataArchive, BombsAreStoppedEarly) {
    const std::string bomb = ArchiveBuilder().zeros("model.onnx", std::uint64_t{512} << 20).gzip();
    ASSERT_LT(bomb.size(), 4u << 20);
    const TestDataArchive archive = read_archive(bomb);
    EXPECT_THAT(archive.models, IsEmpty());
    EXPECT_THAT(archive.problems, ElementsAre(problem(Kind::limit, "", "times its size")));
}

TEST(TestDataArchive, ModestFilesOfZerosAreNoBombs) {
    EXPECT_THAT(read_archive(ArchiveBuilder().zeros("model.onnx", 32u << 20).gzip()).problems,
                IsEmpty());
}

TEST(TestDataArchive, LimitsOnBytesAndMembersHold) {
    ArchiveLimits limits;
    limits.inflated_bytes = 1000;
    EXPECT_THAT(read_archive(ArchiveBuilder().zeros("a", 1001).gzip(), limits).problems,
                ElementsAre(problem(Kind::limit, "", "over 1000 bytes")));
    ArchiveBuilder many;
    for (int i = 0; i < 200'000; ++i) many.file(std::to_string(i), "");
    EXPECT_THAT(read_archive(many.gzip()).problems,
                ElementsAre(problem(Kind::limit, "", "over 10000 members")));
}

TEST(TestDataArchive, HostileTensorsAreMalformedOnes) {
    const TestDataArchive archive =
        read_archive(ArchiveBuilder()
                         .file("test_data_set_0/input_0.pb", std::string(50'000, '\x0a'))
                         .file("test_data_set_0/input_99999999999999999999999.pb", "x")
                         .file("test_data_set_0/input_-1.pb", "x")
                         .gzip());
    ASSERT_THAT(archive.sets, SizeIs(1));
    EXPECT_THAT(archive.sets.begin()->second.inputs, SizeIs(1));
    EXPECT_TRUE(std::holds_alternative<MalformedTensor>(archive.sets.begin()->second.inputs.at(0)));
}

TEST(TestDataArchive, WhatTheReaderThrowsPassesThrough) {
    const BlockReader broken = [](std::uint64_t, std::span<std::byte>) -> std::size_t {
        throw std::runtime_error("the disk is gone");
    };
    EXPECT_THROW(read_test_data_archive(broken, {}), std::runtime_error);
}

TEST(TestDataFiles, AreReadAsTheirArchiveIs) {
    const std::map<std::string, std::string> files = {
        {"test_data_set_0/input_0.pb", tensor_bytes(1, {2, 100'000}, 800'000)},
        {"test_data_set_0/output_1.pb", "no tensor"},
        {"test_data_set_1/input_0.pb", tensor_bytes(7, {})},
        {"elsewhere/input_0.pb", tensor_bytes(1, {1})},
        {"test_data_set_2/input_x.pb", ""},
    };
    ArchiveBuilder builder;
    TestDataArchive unpacked;
    for (const auto& [path, bytes] : files) {
        builder.file(path, bytes);
        add_test_data_file(unpacked, path, reader_of(bytes));
    }
    const TestDataArchive packed = read_archive(builder.gzip());
    ASSERT_EQ(unpacked.sets.size(), packed.sets.size());
    for (const auto& [folder, set] : packed.sets) {
        const TestDataSet& same = unpacked.sets.at(folder);
        ASSERT_EQ(same.inputs.size(), set.inputs.size()) << folder;
        ASSERT_EQ(same.outputs.size(), set.outputs.size()) << folder;
        for (const auto& [number, result] : set.inputs) {
            EXPECT_EQ(std::get<TestTensor>(same.inputs.at(number)), std::get<TestTensor>(result));
        }
        for (const auto& [number, result] : set.outputs) {
            EXPECT_EQ(std::get<MalformedTensor>(same.outputs.at(number)).reason,
                      std::get<MalformedTensor>(result).reason);
        }
    }
}

}  // namespace
}  // namespace onnxhub
