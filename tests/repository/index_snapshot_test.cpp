// SPDX-License-Identifier: Apache-2.0
#include "repository/index_snapshot.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::int64_t second = 1'600'000'000;

struct Case {
    IndexedFile recorded;
    FileStatus now;
    FileTime index_time{second + 10, 500};
    StatTrust trust;
};

/// A file unchanged since git recorded it, ten seconds before the index was written.
Case untouched() {
    Case c;
    c.recorded.path = "m.onnx";
    c.recorded.mode = 0100644;
    c.recorded.modified = {second, 100};
    c.recorded.changed = {second + 1, 200};
    c.recorded.inode = 77;
    c.recorded.user = 1000;
    c.recorded.group = 1001;
    c.recorded.size = 4000;
    c.now.type = FileType::regular;
    c.now.permissions = 0644;
    c.now.modified = {second, 100};
    c.now.changed = {second + 1, 200};
    c.now.inode = 77;
    c.now.owner = 1000;
    c.now.group = 1001;
    c.now.size_bytes = 4000;
    return c;
}

using Change = std::function<void(Case&)>;

bool is_trusted_after(const Change& change) {
    Case c = untouched();
    change(c);
    return is_unmodified(c.recorded, c.now, c.index_time, c.trust);
}

TEST(IndexSnapshot, UntouchedFileIsUnmodified) {
    EXPECT_TRUE(is_trusted_after([](Case&) {}));
}

TEST(IndexSnapshot, EveryChangedStatFieldIsDoubt) {
    const std::pair<const char*, Change> changes[] = {
        {"mtime seconds", [](Case& c) { c.now.modified.seconds += 1; }},
        {"mtime back", [](Case& c) { c.now.modified.seconds -= 1; }},
        {"mtime nanoseconds", [](Case& c) { c.now.modified.nanoseconds += 1; }},
        {"ctime seconds", [](Case& c) { c.now.changed.seconds += 1; }},
        {"ctime nanoseconds", [](Case& c) { c.now.changed.nanoseconds += 1; }},
        {"inode", [](Case& c) { c.now.inode += 1; }},
        {"user", [](Case& c) { c.now.owner += 1; }},
        {"group", [](Case& c) { c.now.group += 1; }},
        {"longer", [](Case& c) { c.now.size_bytes += 1; }},
        {"shorter", [](Case& c) { c.now.size_bytes -= 1; }},
        {"a folder now", [](Case& c) { c.now.type = FileType::folder; }},
        {"a symbolic link now", [](Case& c) { c.now.type = FileType::symlink; }},
        {"a FIFO now", [](Case& c) { c.now.type = FileType::other; }},
        {"a link then", [](Case& c) { c.recorded.mode = 0120000; }},
        {"a submodule then", [](Case& c) { c.recorded.mode = 0160000; }},
        {"in conflict or announced", [](Case& c) { c.recorded.is_settled = false; }},
        {"size smudged by git", [](Case& c) { c.recorded.size = 0; }},
        {"empty", [](Case& c) { c.recorded.size = 0, c.now.size_bytes = 0; }},
    };
    for (const auto& [name, change] : changes) {
        SCOPED_TRACE(name);
        EXPECT_FALSE(is_trusted_after(change));
    }
}

TEST(IndexSnapshot, PermissionsAreNoContent) {
    EXPECT_TRUE(is_trusted_after([](Case& c) { c.now.permissions = 0755; }));
    EXPECT_TRUE(is_trusted_after([](Case& c) { c.recorded.mode = 0100755; }));
}

TEST(IndexSnapshot, FileModifiedNoEarlierThanTheIndexIsRacy) {
    const auto index_at = [](FileTime time) {
        return is_trusted_after([time](Case& c) { c.index_time = time; });
    };
    EXPECT_FALSE(index_at({second - 1, 999}));
    EXPECT_FALSE(index_at({second, 99}));
    EXPECT_FALSE(index_at({second, 100}));
    EXPECT_TRUE(index_at({second, 101}));
    EXPECT_FALSE(index_at({second, 0}));  // an index time without nanoseconds
    EXPECT_TRUE(index_at({second + 1, 0}));
}

TEST(IndexSnapshot, WithoutNanosecondsWholeSecondsDecide) {
    EXPECT_TRUE(is_trusted_after([](Case& c) { c.recorded.modified.nanoseconds = 0; }));
    EXPECT_TRUE(is_trusted_after([](Case& c) { c.now.modified.nanoseconds = 0; }));
    EXPECT_TRUE(is_trusted_after([](Case& c) { c.recorded.changed.nanoseconds = 0; }));
    // A write later in the same second would look the same.
    EXPECT_FALSE(is_trusted_after([](Case& c) {
        c.recorded.modified.nanoseconds = 0;
        c.index_time = {second, 900};
    }));
    EXPECT_FALSE(is_trusted_after([](Case& c) {
        c.now.modified.nanoseconds = 0;
        c.index_time = {second, 900};
    }));
}

TEST(IndexSnapshot, ChangeTimeCountsUnlessGitIsToldOtherwise) {
    const auto touched = [](Case& c) {
        c.trust.change_time = false;
        c.now.changed.seconds += 5;
    };
    EXPECT_TRUE(is_trusted_after(touched));
    EXPECT_FALSE(is_trusted_after([&](Case& c) {
        touched(c);
        c.now.modified.nanoseconds += 1;
    }));
}

TEST(IndexSnapshot, MinimalCheckComparesSizeAndWholeSecondsOnly) {
    const auto after = [](const Change& change) {
        return is_trusted_after([&](Case& c) {
            c.trust.minimal = true;
            change(c);
        });
    };
    EXPECT_TRUE(after([](Case& c) {
        c.now.inode += 1, c.now.owner += 1, c.now.group += 1;
        c.now.modified.nanoseconds += 1, c.now.changed.nanoseconds += 1;
    }));
    EXPECT_FALSE(after([](Case& c) { c.now.size_bytes += 1; }));
    EXPECT_FALSE(after([](Case& c) { c.now.modified.seconds += 1; }));
    EXPECT_FALSE(after([](Case& c) { c.now.changed.seconds += 1; }));
    EXPECT_TRUE(after([](Case& c) {
        c.trust.change_time = false;
        c.now.changed.seconds += 1;
    }));
    // Written later in the second in which the index was: the same whole seconds.
    EXPECT_FALSE(after([](Case& c) {
        c.index_time = {second, 500};
        c.now.modified.nanoseconds = 900;
    }));
}

TEST(IndexSnapshot, LargeNumbersAreComparedAsTheIndexKeepsThem) {
    EXPECT_TRUE(is_trusted_after([](Case& c) {
        c.now.size_bytes += 1LL << 32;
        c.now.inode += 1ULL << 32;
    }));
}

TEST(IndexSnapshot, FileFromTheFutureIsRacy) {
    EXPECT_FALSE(is_trusted_after([](Case& c) {
        c.recorded.modified.seconds = 3'000'000'000;  // after 2038
        c.now.modified.seconds = 3'000'000'000;
    }));
}

}  // namespace
}  // namespace onnxhub
