// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/test_data_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/user_error.h"
#include "tests/support/archive_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

class Pack : public testing::Test {
protected:
    void SetUp() override {
        write_file(folder.path() / "net.onnx", "the model");
        write_file(folder.path() / "w.bin", "weights");
        for (const char* set : {"test_data_set_0", "test_data_set_1"}) {
            write_file(data / set / "input_0.pb", tensor_bytes(1, {1, 4}, 16));
            write_file(data / set / "output_0.pb", tensor_bytes(1, {1, 2}, 8));
            write_file(data / set / "notes.txt", "is left out");
        }
        write_file(data / "other/input_0.pb", "is left out");
    }

    std::string pack(const std::string& name, const fs::path& test_data) const {
        const ModelWithTestData content{
            folder.path() / "net.onnx", {{"data/w.bin", folder.path() / "w.bin"}}, test_data};
        pack_test_data(content, "top", folder.path() / name, [] {});
        return read_file(folder.path() / name);
    }

    TemporaryFolder folder;
    const fs::path data = folder.path() / "data";
};

TEST_F(Pack, IsReadBackAsTheSameModelAndTestData) {
    const std::string bytes = pack("a.tar.gz", data);
    const TestDataArchive archive = read_test_data_archive(reader_of(bytes), {});
    EXPECT_THAT(archive.problems, testing::IsEmpty());
    EXPECT_THAT(archive.models,
                ElementsAre(ArchivedModel{"top/model.onnx", sha256_of("the model"), 9}));
    EXPECT_THAT(archive.sets, ElementsAre(Key("top/test_data_set_0"), Key("top/test_data_set_1")));

    const TestDataArchive unpacked = read_test_data(data);
    EXPECT_THAT(unpacked.sets, ElementsAre(Key("test_data_set_0"), Key("test_data_set_1")));
    const TestDataSet& set = unpacked.sets.at("test_data_set_1");
    EXPECT_EQ(std::get<TestTensor>(set.inputs.at(0)).dims, (std::vector<std::int64_t>{1, 4}));
    EXPECT_EQ(std::get<TestTensor>(set.outputs.at(0)).dims, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(Pack, TheSameFilesGiveTheSameBytes) {
    const std::string first = pack("a.tar.gz", data);
    for (const auto& file : fs::recursive_directory_iterator(data)) {
        if (file.is_regular_file()) set_old_time(file.path());
    }
    fs::permissions(folder.path() / "net.onnx", fs::perms::owner_all);
    EXPECT_EQ(pack("b.tar.gz", data), first);
}

TEST_F(Pack, OneSetMayBeNamedItself) {
    const std::string bytes = pack("a.tar.gz", data / "test_data_set_1");
    EXPECT_THAT(read_test_data_archive(reader_of(bytes), {}).sets,
                ElementsAre(Key("top/test_data_set_1")));
}

TEST_F(Pack, AFolderWithoutTestDataIsRefused) {
    for (const char* name : {"data/other", "absent", "net.onnx"}) {
        try {
            read_test_data(folder.path() / name);
            FAIL() << name;
        } catch (const UserError& error) {
            EXPECT_THAT(error.what(), HasSubstr(std::string(name) + ": "));
        }
    }
}

TEST_F(Pack, CanBeInterrupted) {
    const ModelWithTestData content{folder.path() / "net.onnx", {}, data};
    EXPECT_THROW(
        pack_test_data(content, "top", folder.path() / "a.tar.gz", [] { throw Interrupted(); }),
        Interrupted);
}

}  // namespace
}  // namespace onnxhub::test
