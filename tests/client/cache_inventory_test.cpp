// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/cache_inventory.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "hosting/client/model_cache.h"
#include "hosting/client/partial_file.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::TemporaryFolder;
using test::write_file;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const SystemTime fixed_now = std::chrono::system_clock::now();

class CacheInventoryTest : public testing::Test {
protected:
    /// A model with external data, as a load leaves it; without a hub as if no note were there.
    fs::path add_with_weights(const std::string& weights, const std::string& hub = "") {
        const auto keys = place_files({{"text/m.onnx", sha256_of("model"), 5},
                                       {"text/sub/w.data", sha256_of(weights), weights.size()}});
        write_file(cache.path_of(keys[0]), "model");
        write_file(cache.path_of(keys[1]), weights);
        if (!hub.empty()) cache.remember(keys[0], hub);
        return cache.path_of(keys[0]);
    }

    /// As versions before left external data, with their note in the cache itself.
    fs::path add_old_weights(const std::string& hub_path, const std::string& content) {
        write_file(cache.folder() / hub_path, content);
        write_file(cache.folder() / ".onnxhub/files" / (to_hex(sha256_of(hub_path)) + ".txt"),
                   "./hub\n" + hub_path + "\n" + to_hex(sha256_of(content)) + "\n");
        return cache.folder() / hub_path;
    }

    /// As a load leaves it; without a hub as the Python client does.
    fs::path add(const std::string& hub_path, const std::string& content,
                 const std::string& hub = "") {
        const CacheKey key{hub_path, sha256_of(content), content.size()};
        const fs::path path = cache.path_of(key);
        write_file(path, content);
        if (!hub.empty()) cache.remember(key, hub);
        return path;
    }

    CacheInventory take(SystemTime time = fixed_now) {
        return take_inventory(cache.folder(), state, time);
    }

    TemporaryFolder folder;
    const fs::path state = folder.path() / "state";
    ModelCache cache{folder.path() / "cache", state};
};

void set_times(const fs::path& path, std::chrono::hours used_ago, std::chrono::hours loaded_ago) {
    const auto seconds = [](std::chrono::hours ago) {
        return timespec{std::chrono::system_clock::to_time_t(fixed_now - ago), 0};
    };
    const timespec times[2] = {seconds(used_ago), seconds(loaded_ago)};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

TEST_F(CacheInventoryTest, KnowsFilesByTheirNamesAndNotes) {
    const fs::path model = add("vision/mnist/m.onnx", "model", "onnx/models:main");
    const fs::path python = add("a.onnx", "by the Python client");
    const fs::path weights = add_old_weights("text/w.data", "weights");
    write_file(cache.folder() / "vision/notes.txt", "not the cache's");
    fs::create_symlink(model, cache.folder() / fs::path(std::string(64, 'a') + "_link"));
    const CacheInventory inventory = take();
    ASSERT_THAT(inventory.files, SizeIs(3));
    const auto find = [&](const fs::path& path) {
        return *std::ranges::find(inventory.files, path, &CachedFile::path);
    };
    EXPECT_EQ(find(model).hub, "onnx/models:main");
    EXPECT_EQ(find(model).hub_path, "vision/mnist/m.onnx");
    EXPECT_EQ(find(model).size_bytes, 5u);
    EXPECT_EQ(find(python).hub, "");
    EXPECT_EQ(find(python).hub_path, "a.onnx");
    EXPECT_EQ(find(python).sha, sha256_of("by the Python client"));
    EXPECT_EQ(find(weights).sha, sha256_of("weights"));
    EXPECT_THAT(inventory.leftovers, IsEmpty());
}

TEST_F(CacheInventoryTest, AModelWithExternalDataIsOneThingThatProvesItself) {
    for (const std::string hub : {"", "./hub"}) {
        const fs::path model = add_with_weights("weights", hub);
        const CacheInventory inventory = take();
        ASSERT_THAT(inventory.files, SizeIs(1));
        const CachedFile& file = inventory.files[0];
        EXPECT_EQ(file.path, model);
        EXPECT_EQ(file.hub, hub);
        EXPECT_EQ(file.hub_path, "text/m.onnx");
        EXPECT_EQ(file.size_bytes, 12u);
        EXPECT_TRUE(file.has_folder);
        EXPECT_TRUE(is_intact(file, [] {}));
        write_file(model.parent_path() / "sub/w.data", "altered");
        EXPECT_FALSE(is_intact(file, [] {}));
        fs::remove(model.parent_path() / "sub/w.data");
        EXPECT_FALSE(is_intact(file, [] {})) << "incomplete";
        add_with_weights("weights");
        write_file(model.parent_path() / "more", "");
        EXPECT_FALSE(is_intact(file, [] {})) << "more than the model's";
        remove_cached_file(cache.folder(), state, file);
        EXPECT_FALSE(fs::exists(model.parent_path()));
        EXPECT_THAT(take().files, IsEmpty());
    }
}

TEST_F(CacheInventoryTest, TransfersInAModelsFolderAreLeftovers) {
    const fs::path model = add_with_weights("weights");
    const fs::path part = model.parent_path() / "sub" / ("." + std::string(64, 'c') + ".x.part");
    write_file(part, "1234");
    EXPECT_THAT(take().leftovers, ElementsAre(part));
    EXPECT_EQ(take().files.at(0).size_bytes, 12u);
    EXPECT_TRUE(is_intact(take().files.at(0), [] {}));
}

TEST_F(CacheInventoryTest, ExternalDataOfOlderVersionsCanBePruned) {
    const fs::path old = add_old_weights("text/w.data", "weights");
    const auto chosen = files_to_prune(take().files, {{}, false, 0}, fixed_now);
    ASSERT_THAT(chosen, SizeIs(1));
    remove_cached_file(cache.folder(), state, chosen[0]);
    EXPECT_FALSE(fs::exists(old));
    EXPECT_THAT(take().files, IsEmpty());
}

TEST_F(CacheInventoryTest, AnAbsentCacheIsEmpty) {
    EXPECT_THAT(take().files, IsEmpty());
}

TEST_F(CacheInventoryTest, TheFolderOfAnArchiveCountsWithIt) {
    const fs::path archive = add("m.tar.gz", "archive");
    const fs::path unpacked = archive.string().substr(0, archive.string().size() - 7);
    write_file(unpacked / "m/model.onnx", "12345");
    write_file(unpacked / (std::string(64, 'b') + "_decoy.onnx"), "123");
    const CacheInventory inventory = take();
    ASSERT_THAT(inventory.files, SizeIs(1));
    EXPECT_EQ(inventory.files[0].unpacked_bytes, 8u);
    remove_cached_file(cache.folder(), state, inventory.files[0]);
    EXPECT_FALSE(fs::exists(unpacked));
    EXPECT_FALSE(fs::exists(archive));
    EXPECT_THAT(take().files, IsEmpty());
}

TEST_F(CacheInventoryTest, LeftoversAreWhatNobodyWorksOn) {
    const fs::path part = cache.folder() / ("." + std::string(64, 'c') + ".1-0.part");
    write_file(part, "1234");
    write_file(part.string() + ".from", "x\ny\n");
    PartialFile in_use(cache.folder() / "m", sha256_of("m"), 100);
    const fs::path unpacking = cache.folder() / ".x.1-0.unpack";
    write_file(unpacking / "m.onnx", "12");
    EXPECT_THAT(take().leftovers, ElementsAre(part));
    const CacheInventory tomorrow = take(fixed_now + 48h);
    EXPECT_THAT(tomorrow.leftovers, ElementsAre(part, unpacking));
    EXPECT_EQ(tomorrow.leftover_bytes, 6u);
    for (const fs::path& leftover : tomorrow.leftovers) remove_leftover(leftover);
    EXPECT_FALSE(fs::exists(part.string() + ".from"));
    EXPECT_THAT(take(fixed_now + 48h).leftovers, IsEmpty());
}

TEST_F(CacheInventoryTest, AlteredFilesAreFound) {
    const fs::path good = add("good.onnx", "good");
    write_file(add("bad.onnx", "bad"), "altered");
    for (const CachedFile& file : take().files) {
        EXPECT_EQ(is_intact(file, [] {}), file.path == good) << file.path;
    }
}

std::vector<std::string> pruned(const CacheInventory& inventory, const PruneLimits& constraint) {
    std::vector<std::string> paths;
    for (const CachedFile& file : files_to_prune(inventory.files, constraint, fixed_now)) {
        paths.push_back(file.hub_path);
    }
    std::ranges::sort(paths);
    return paths;
}

TEST_F(CacheInventoryTest, PruningTakesWhatWasNotUsedForLong) {
    set_times(add("old.onnx", "1"), 100h, 200h);
    set_times(add("read.onnx", "2"), 10h, 200h);
    set_times(add("new.onnx", "3"), 300h, 1h);
    EXPECT_THAT(pruned(take(), {{50h}, false, {}}), ElementsAre("old.onnx"));
    EXPECT_THAT(pruned(take(), {{}, false, {}}), IsEmpty());
}

TEST_F(CacheInventoryTest, PruningKeepsTheLatestOfEachPathAndHub) {
    set_times(add("m.onnx", "1", "hub/one"), 9h, 9h);
    const fs::path latest = add("m.onnx", "2", "hub/one");
    set_times(latest, 1h, 1h);
    set_times(add("m.onnx", "3", "hub/one"), 5h, 5h);
    set_times(add("m.onnx", "4", "hub/two"), 99h, 99h);
    set_times(add("n.onnx", "5", "hub/one"), 99h, 99h);
    const auto chosen = files_to_prune(take().files, {{}, true, {}}, fixed_now);
    ASSERT_THAT(chosen, SizeIs(2));
    for (const CachedFile& file : chosen) {
        EXPECT_EQ(file.hub_path, "m.onnx");
        EXPECT_EQ(file.hub, "hub/one");
        EXPECT_NE(file.path, latest);
    }
}

TEST_F(CacheInventoryTest, PruningToASizeTakesTheLeastRecentlyUsed) {
    set_times(add("a.onnx", std::string(10, 'a')), 3h, 9h);
    set_times(add("b.onnx", std::string(10, 'b')), 2h, 9h);
    set_times(add("c.onnx", std::string(10, 'c')), 1h, 9h);
    EXPECT_THAT(pruned(take(), {{}, false, 30}), IsEmpty());
    EXPECT_THAT(pruned(take(), {{}, false, 29}), ElementsAre("a.onnx"));
    EXPECT_THAT(pruned(take(), {{}, false, 10}), ElementsAre("a.onnx", "b.onnx"));
    EXPECT_THAT(pruned(take(), {{}, false, 0}), SizeIs(3));
}

}  // namespace
}  // namespace onnxhub
