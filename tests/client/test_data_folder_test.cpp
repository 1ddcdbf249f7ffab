// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/test_data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/user_error.h"
#include "tests/support/archive_builder.h"
#include "tests/support/repository_builder.h"
#include "tests/support/tar_bytes.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::ArchiveBuilder;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;
using testing::IsEmpty;

class UnpackTestData : public testing::Test {
protected:
    fs::path unpack(const std::string& archive, const ArchiveLimits& limits = {}) {
        write_file(path, archive);
        return unpack_test_data(
            path, [] {}, limits);
    }

    std::string error(const std::string& archive, const ArchiveLimits& limits = {}) {
        try {
            unpack(archive, limits);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    /// What is in the cache besides the archive.
    std::vector<std::string> others() {
        std::vector<std::string> names;
        for (const auto& file : fs::directory_iterator(path.parent_path())) {
            if (file.path() != path) names.push_back(file.path().filename());
        }
        return names;
    }

    /// gzip ends with the CRC-32 and the length of what is inside.
    static std::string with_other_checksum(std::string bytes) {
        bytes[bytes.size() - 8] ^= 1;
        return bytes;
    }

    static std::string archive() {
        return ArchiveBuilder()
            .file("mnist/model.onnx", std::string(3000, 'm'))
            .file("mnist/test_data_set_0/input_0.pb", "in")
            .file("mnist/test_data_set_0/output_0.pb", "")
            .gzip();
    }

    /// Without the padding that libarchive writes behind it.
    const std::string packed = test::gzipped(test::tar_file("a/m.onnx", "model") + test::tar_end());
    TemporaryFolder folder;
    const fs::path path = folder.path() / "cache/ab_mnist.tar.gz";
};

TEST_F(UnpackTestData, GivesTheFirstFolderInside) {
    const fs::path unpacked = unpack(archive());
    EXPECT_EQ(unpacked, folder.path() / "cache/ab_mnist/mnist");
    EXPECT_EQ(read_file(unpacked / "model.onnx"), std::string(3000, 'm'));
    EXPECT_EQ(read_file(unpacked / "test_data_set_0/input_0.pb"), "in");
    EXPECT_THAT(others(), testing::ElementsAre("ab_mnist"));
    EXPECT_EQ(unpack(ArchiveBuilder().file("model.onnx", "m").gzip()),
              folder.path() / "cache/ab_mnist");
}

TEST_F(UnpackTestData, WhatIsThereAndRightIsLeftAlone) {
    const fs::path unpacked = unpack(archive());
    write_file(unpacked / "notes.txt", "mine");
    const auto before = fs::last_write_time(unpacked / "model.onnx");
    EXPECT_EQ(unpack(archive()), unpacked);
    EXPECT_EQ(fs::last_write_time(unpacked / "model.onnx"), before);
    EXPECT_EQ(read_file(unpacked / "notes.txt"), "mine");
}

TEST_F(UnpackTestData, WhatIsThereAndWrongIsReplaced) {
    const fs::path unpacked = unpack(archive());
    const auto damage = [&](int kind) {
        const fs::path file = unpacked / "test_data_set_0/input_0.pb";
        fs::remove(file);
        if (kind == 0) return;
        if (kind == 1) write_file(file, "other");
        if (kind == 2) write_file(file, "in and more");
        if (kind == 3) fs::create_symlink("/etc/hostname", file);
        if (kind == 4) fs::create_directories(file);
    };
    for (int kind = 0; kind < 5; ++kind) {
        damage(kind);
        unpack(archive());
        EXPECT_EQ(read_file(unpacked / "test_data_set_0/input_0.pb"), "in") << kind;
    }
    fs::remove_all(folder.path() / "cache/ab_mnist");
    write_file(folder.path() / "cache/ab_mnist", "a file in the way");
    EXPECT_EQ(read_file(unpack(archive()) / "model.onnx"), std::string(3000, 'm'));
    EXPECT_THAT(others(), testing::ElementsAre("ab_mnist"));
}

TEST_F(UnpackTestData, ALinkInPlaceOfTheFolderIsReplacedAndNotFollowed) {
    const fs::path outside = folder.path() / "outside";
    fs::create_directories(outside);
    fs::create_directories(path.parent_path());
    fs::create_symlink(outside, folder.path() / "cache/ab_mnist");
    unpack(archive());
    EXPECT_TRUE(fs::is_empty(outside));
    EXPECT_FALSE(fs::is_symlink(folder.path() / "cache/ab_mnist"));
}

TEST_F(UnpackTestData, APlantedFolderIsNeverGiven) {
    const fs::path unpacked = unpack(archive());
    write_file(folder.path() / "cache/ab_mnist/aaa/model.onnx", "planted");
    EXPECT_EQ(unpack(archive()), unpacked);
    EXPECT_EQ(find_unpacked_test_data(path, [] {}), unpacked);
    fs::remove_all(folder.path() / "cache/ab_mnist/mnist");
    EXPECT_EQ(find_unpacked_test_data(path, [] {}), std::nullopt);
    EXPECT_EQ(unpack(archive()), unpacked);
    EXPECT_FALSE(fs::exists(folder.path() / "cache/ab_mnist/aaa")) << "replaced as a whole";
}

TEST_F(UnpackTestData, AFolderBehindALinkIsReplaced) {
    const fs::path unpacked = unpack(archive());
    const fs::path elsewhere = folder.path() / "elsewhere";
    fs::rename(unpacked, elsewhere);
    fs::create_directory_symlink(elsewhere, unpacked);
    EXPECT_EQ(find_unpacked_test_data(path, [] {}), std::nullopt);
    EXPECT_EQ(unpack(archive()), unpacked);
    EXPECT_FALSE(fs::is_symlink(unpacked));
    EXPECT_EQ(read_file(elsewhere / "model.onnx"), std::string(3000, 'm'));
}

TEST_F(UnpackTestData, FilesThatAnotherUserMayChangeAreReplaced) {
    const fs::path unpacked = unpack(archive());
    ASSERT_EQ(chmod((unpacked / "model.onnx").c_str(), 0666), 0);
    EXPECT_EQ(find_unpacked_test_data(path, [] {}), std::nullopt);
    EXPECT_EQ(unpack(archive()), unpacked);
    EXPECT_NE(find_unpacked_test_data(path, [] {}), std::nullopt);
    const auto no_owners = TrustedOwners::exactly({});
    EXPECT_EQ(find_unpacked_test_data(
                  path, [] {}, {}, no_owners),
              std::nullopt);
}

TEST_F(UnpackTestData, NothingIsLeftOfAnArchiveThatMustNotBeUnpacked) {
    const std::string good = archive();
    const std::vector<std::pair<std::string, std::string>> archives = {
        {ArchiveBuilder().file("a/m.onnx", "m").file("../evil", "e").gzip(), "evil"},
        {ArchiveBuilder().file("a/m.onnx", "m").file("/evil", "e").gzip(), "evil"},
        {ArchiveBuilder().file("a/m.onnx", "m").symlink("a/link", "/etc").gzip(), "link"},
        {ArchiveBuilder().file("a/m.onnx", "m").file("a/m.onnx", "n").gzip(), "occurs twice"},
        {ArchiveBuilder().file("a", "m").file("a/m.onnx", "n").gzip(), "can't be written"},
        {ArchiveBuilder().file("a/test_data_set_0/input_0.pb", "in").gzip(), "no .onnx file"},
        {ArchiveBuilder().file("a/._m.onnx", "attributes").gzip(), "no .onnx file"},
        {with_other_checksum(packed), "damaged gzip data (incorrect data check)"},
        {packed + "and more", "has bytes after its end"},
        {test::gzipped(test::tar_header("a/m.onnx", 0, 'S') + std::string(1024, '\0')),
         "is a sparse file"},
        {test::gzipped(test::pax_header("path", std::string("a/m.onnx\0.txt", 13)) +
                       test::tar_header("a/m.onnx", 0) + std::string(1024, '\0')),
         "a/m.onnx\\0.txt"},
        {good.substr(0, 120), "nothing was unpacked"},
        {packed.substr(0, packed.size() - 4), "ends too early"},
        {"no archive", "nothing was unpacked"},
    };
    for (const auto& [bytes, reason] : archives) {
        EXPECT_THAT(error(bytes), HasSubstr(reason));
        EXPECT_THAT(others(), IsEmpty()) << reason;
        EXPECT_THAT(error(bytes), HasSubstr("; ")) << "with what to do";
    }
    ArchiveLimits few;
    few.members = 2;
    EXPECT_THAT(error(good, few), HasSubstr("nothing was unpacked"));
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(UnpackTestData, WhatIsUnpackedOfADamagedArchiveIsNoHit) {
    unpack(packed);
    EXPECT_THAT(error(with_other_checksum(packed)), HasSubstr("incorrect data check"));
}

TEST_F(UnpackTestData, NamesOfOtherKindsAreRefused) {
    write_file(folder.path() / "cache/x.zip", archive());
    EXPECT_THROW(unpack_test_data(folder.path() / "cache/x.zip", [] {}), UserError);
    write_file(folder.path() / "cache/.tar.gz", archive());
    EXPECT_THROW(unpack_test_data(folder.path() / "cache/.tar.gz", [] {}), UserError);
}

TEST_F(UnpackTestData, AnInterruptionLeavesNothing) {
    write_file(path, archive());
    EXPECT_THROW(unpack_test_data(path, [] { throw Interrupted(); }), Interrupted);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(UnpackTestData, SeveralAtOnceAllGetIt) {
    write_file(path, archive());
    std::vector<std::jthread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const fs::path unpacked = unpack_test_data(path, [] {});
            right += read_file(unpacked / "model.onnx") == std::string(3000, 'm');
        });
    }
    threads.clear();
    EXPECT_EQ(right, 8);
    EXPECT_THAT(others(), testing::ElementsAre("ab_mnist"));
}

}  // namespace
}  // namespace onnxhub
