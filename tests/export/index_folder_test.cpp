// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/index_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <utility>

#include "archive/gzip.h"
#include "base/user_error.h"
#include "index/index_reader.h"
#include "tests/support/numbered_models.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// The model in the middle has another tag.
std::string manifest_with_tag(int count, const std::string& tag = "vision") {
    return manifest_of_models(count, [&](int i, Entry& entry) {
        entry.model = "model " + std::to_string(i);
        if (i == count / 2) entry.tags = {tag};
    });
}

class IndexFolderTest : public testing::Test {
protected:
    IndexFolderReport write(const std::string& manifest, std::size_t keep = 2) {
        return write_index_folder(manifest, "manifest", {site, {}, keep});
    }

    std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> files;
        for (const auto& file : fs::recursive_directory_iterator(site)) {
            if (!file.is_regular_file()) continue;
            files[file.path().lexically_relative(site)] = read_file(file.path());
        }
        return files;
    }

    IndexReader reader(const std::string& root) const {
        return {std::get<IndexRoot>(parse_index_root(root)),
                [this](const IndexRef& file) { return read_file(site / index_path(file.digest)); }};
    }
    IndexReader reader() const { return reader(read_file(site / "index/root.json")); }

    TemporaryFolder folder;
    const fs::path site = folder.path() / "site";
};

TEST_F(IndexFolderTest, HasEveryFileAlsoCompressed) {
    const IndexFolderReport report = write(manifest_with_tag(1000));
    const auto written = files();
    EXPECT_EQ(written.size(), 2 * report.files + 3) << "root.json, root.json.gz, history.txt";
    EXPECT_EQ(report.written, written.size());
    for (const auto& [path, text] : written) {
        if (path.ends_with(".gz")) continue;
        if (path.ends_with(".txt")) continue;
        EXPECT_TRUE(is_gzip_of(written.at(path + ".gz"), text)) << path;
    }
    EXPECT_EQ(reader().search({"vision"}, 5).count, 1000u);
}

TEST_F(IndexFolderTest, ASecondTimeNothingIsWritten) {
    write(manifest_with_tag(1000));
    const auto before = files();
    const IndexFolderReport report = write(manifest_with_tag(1000));
    EXPECT_EQ(report.written, 0u);
    EXPECT_EQ(report.removed, 0u);
    EXPECT_EQ(files(), before);
}

TEST_F(IndexFolderTest, AReaderOfTheLastRootFindsItsFiles) {
    write(manifest_with_tag(1000));
    const std::string first = read_file(site / "index/root.json");
    write(manifest_with_tag(1000, "text"));
    EXPECT_EQ(reader(first).search({"vision"}, 2000).models.size(), 1000u);
    EXPECT_EQ(reader().search({"vision"}, 2000).models.size(), 999u);
    const IndexFolderReport third = write(manifest_with_tag(1000, "audio"));
    EXPECT_GT(third.removed, 0u);
    EXPECT_THROW(reader(first).search({"vision"}, 2000), std::exception);
    EXPECT_EQ(reader().with_tag("audio", 5).count, 1u);
}

TEST_F(IndexFolderTest, KeepsOneRootWhenAskedTo) {
    write(manifest_with_tag(1000));
    write(manifest_with_tag(1000, "text"), 1);
    std::size_t count = 0;
    for (const auto& [path, text] : files()) count += path.ends_with(".json");
    EXPECT_EQ(count,
              parse_index_history(read_file(site / "index/history.txt"))[0].files.size() + 1);
}

/// After a power failure or a change by hand.
TEST_F(IndexFolderTest, RepairsDamagedFiles) {
    write(manifest_with_tag(1000));
    const auto before = files();
    int i = 0;
    for (const auto& [path, text] : before) {
        if (i++ % 3 == 0) write_file(site / path, i % 2 ? "" : text.substr(0, text.size() / 2));
    }
    write(manifest_with_tag(1000));
    EXPECT_EQ(files(), before);
}

TEST_F(IndexFolderTest, RemovesWhatAnInterruptedCallLeft) {
    write(manifest_with_tag(100));
    const std::string stray = index_path(sha256_of("stray"));
    write_file(site / stray, "stray");
    write_file(site / "index/notes.txt", "of the owner");
    EXPECT_EQ(write(manifest_with_tag(100)).removed, 1u);
    EXPECT_FALSE(fs::exists(site / stray));
    EXPECT_TRUE(fs::exists(site / "index/notes.txt"));
}

TEST_F(IndexFolderTest, FilesOfOthersStay) {
    const std::string name = to_hex(sha256_of("other")) + ".json";
    write_file(site / index_path(sha256_of("before")), "before");
    write_file(site / "index" / name, "other");
    write(manifest_with_tag(100));
    EXPECT_TRUE(fs::exists(site / index_path(sha256_of("before")))) << "there was no index";
    write(manifest_with_tag(100, "text"));
    EXPECT_TRUE(fs::exists(site / "index" / name)) << "no file of an index is there";
}

/// Otherwise each would remove files that the other has just written.
TEST_F(IndexFolderTest, TwoThatUpdateAFolderWaitForOneAnother) {
    write(manifest_with_tag(10));
    std::optional<IndexFolder> first(std::in_place, IndexFolderOptions{site});
    int waits = 0;
    IndexFolderOptions options{site};
    options.check_interruption = [&] {
        if (++waits == 3) first.reset();
    };
    const IndexFolder second(options);
    EXPECT_GE(waits, 3);
}

TEST_F(IndexFolderTest, AnInterruptedCallLeavesTheOldRoot) {
    write(manifest_with_tag(1000));
    const std::string before = read_file(site / "index/root.json");
    int left = 5;
    IndexFolderOptions options{site};
    options.check_interruption = [&] {
        if (left-- == 0) throw UserError("stopped");
    };
    const auto source = memory_source(manifest_with_tag(1000, "text"));
    IndexFolder writer(options);
    EXPECT_THROW(
        {
            const auto report = write_index({source.get(), "manifest", 1}, writer);
            writer.finish(report);
        },
        UserError);
    EXPECT_EQ(read_file(site / "index/root.json"), before);
    EXPECT_EQ(reader().search({"vision"}, 2000).models.size(), 1000u);
}

TEST_F(IndexFolderTest, ALinkInTheWayIsNotFollowed) {
    write_file(folder.path() / "other/file", "of the owner");
    fs::create_directories(site);
    fs::create_directory_symlink(folder.path() / "other", site / "index");
    try {
        write(manifest_with_tag(10));
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("index"));
    }
    EXPECT_EQ(fs::exists(folder.path() / "other/root.json"), false);
}

}  // namespace
}  // namespace onnxhub::test
