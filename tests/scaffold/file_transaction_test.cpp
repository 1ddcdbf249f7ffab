// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/file_transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/glob.h"
#include "base/user_error.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Change : public testing::Test {
protected:
    /// The message of the UserError that place_of() throws; "" for a path that it accepts.
    std::string refusal_of(const std::string& path) const {
        try {
            FileTransaction(folder.path()).place_of(path);
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
    }

    TemporaryFolder folder;
};

TEST_F(Change, WhatWasNotKeptIsUndone) {
    write_file(folder.path() / "old", "before");
    write_file(folder.path() / "same", "same");
    fs::permissions(folder.path() / "old", fs::perms::owner_read | fs::perms::owner_write);
    const auto before = content_of(folder.path());
    {
        FileTransaction change(folder.path());
        change.stage_text("old", "after");
        change.stage_text("same", "same");
        change.stage_text("a/b/new", "new");
        EXPECT_EQ(read_file(folder.path() / "old"), "before") << "not before apply()";
        change.apply();
        change.stage_text("old", "again");
        change.apply();
        change.stage_text("a/never", "never");
        EXPECT_EQ(read_file(folder.path() / "old"), "again");
        EXPECT_EQ(fs::status(folder.path() / "old").permissions(),
                  fs::perms::owner_read | fs::perms::owner_write);
        EXPECT_THAT(change.written(), ElementsAre("old", "a/b/new"));
    }
    EXPECT_TRUE(content_of(folder.path()) == before);
}

TEST_F(Change, ARemovalThatWasNotKeptIsUndone) {
    write_file(folder.path() / "a/b/model", "bytes");
    fs::create_symlink("nowhere", folder.path() / "a/link");
    const auto before = content_of(folder.path());
    {
        FileTransaction change(folder.path());
        change.stage_link("a/b/model", "c/model");
        change.stage_removal("a/b/model");
        change.stage_removal("a/link");
        EXPECT_TRUE(fs::exists(folder.path() / "a/b/model")) << "not before apply()";
        change.apply();
        EXPECT_FALSE(fs::exists(folder.path() / "a/b/model"));
        EXPECT_EQ(read_file(folder.path() / "c/model"), "bytes");
        EXPECT_THAT(change.removed(), ElementsAre("a/b/model", "a/link"));
    }
    EXPECT_TRUE(content_of(folder.path()) == before);
    EXPECT_TRUE(fs::is_symlink(fs::symlink_status(folder.path() / "a/link")));
}

TEST_F(Change, ARemovalTakesEmptyFoldersWithIt) {
    write_file(folder.path() / "a/b/model", "bytes");
    write_file(folder.path() / "a/other", "other");
    FileTransaction change(folder.path());
    change.stage_removal("a/b/model");
    change.apply();
    change.keep();
    EXPECT_THAT(content_of(folder.path()),
                ElementsAre(Pair("a", "no file"), Pair("a/other", "other")));
}

TEST_F(Change, OnlyFilesOfTheHubAreRemoved) {
    write_file(folder.path() / "outside/file", "bytes");
    write_file(folder.path() / "hub/folder/file", "bytes");
    fs::create_directory_symlink("../outside", folder.path() / "hub/link");
    FileTransaction change(folder.path() / "hub");
    EXPECT_THROW(change.stage_removal("link/file"), UserError);
    EXPECT_THROW(change.stage_removal("folder"), UserError);
    EXPECT_THROW(change.stage_removal("absent"), UserError);
    EXPECT_THROW(change.stage_link("link/file", "copy"), UserError);
}

TEST_F(Change, AFileThatAnotherProgramChangedIsNotRemoved) {
    write_file(folder.path() / "model", "bytes");
    FileTransaction change(folder.path());
    change.watch("model");
    change.stage_removal("model");
    write_file(folder.path() / "model", "other bytes");
    EXPECT_THROW(change.apply(), UserError);
    EXPECT_EQ(read_file(folder.path() / "model"), "other bytes");
}

TEST_F(Change, WhatWasKeptStaysAndNothingElse) {
    write_file(folder.path() / "old", "before");
    {
        FileTransaction change(folder.path());
        change.stage_text("old", "after");
        change.stage_text("a/new", "new");
        change.apply();
        change.stage_text("a/never", "never");
        change.keep();
    }
    EXPECT_THAT(content_of(folder.path()),
                ElementsAre(Pair("a", "no file"), Pair("a/new", "new"), Pair("old", "after")));
}

TEST_F(Change, AnInterruptedCopyLeavesNothing) {
    write_file(folder.path() / "from", std::string(3 << 20, 'x'));
    fs::create_directory(folder.path() / "hub");
    int blocks = 0;
    {
        FileTransaction change(folder.path() / "hub", [&] {
            if (++blocks == 3) throw Interrupted();
        });
        EXPECT_THROW(change.stage_copy(folder.path() / "from", "a/b"), Interrupted);
    }
    EXPECT_THAT(content_of(folder.path() / "hub"), IsEmpty());
}

TEST_F(Change, AFileThatCanNotBeReplacedTakesTheOthersBack) {
    write_file(folder.path() / "one", "before");
    const auto before = content_of(folder.path());
    {
        FileTransaction change(folder.path());
        change.stage_text("one", "after");
        change.stage_text("two/three", "new");
        fs::remove_all(folder.path() / "two");  // another program did this
        EXPECT_THROW(change.apply(), WriteError);
        EXPECT_EQ(read_file(folder.path() / "one"), "after");
    }
    EXPECT_TRUE(content_of(folder.path()) == before);
}

TEST_F(Change, AChangeOfAnotherProgramIsNeverOverwritten) {
    write_file(folder.path() / "README.md", "before");
    FileTransaction change(folder.path());
    change.watch("README.md");
    change.stage_text("a/model.onnx", "model");
    change.stage_text("README.md", "ours");
    write_file(folder.path() / "README.md", "of an editor");
    EXPECT_THROW(change.apply(), UserError);
    EXPECT_EQ(read_file(folder.path() / "README.md"), "of an editor");
    EXPECT_FALSE(fs::exists(folder.path() / "a/model.onnx"));

    // A transaction may replace what it wrote itself.
    FileTransaction second(folder.path());
    second.watch("README.md");
    for (const char* text : {"one", "two!"}) {
        second.stage_text("README.md", text);
        second.apply();
    }
    second.keep();
    EXPECT_EQ(read_file(folder.path() / "README.md"), "two!");
}

TEST_F(Change, AFileThatAppearsOrGoesAfterWatchIsAChange) {
    write_file(folder.path() / "there", "before");
    FileTransaction change(folder.path());
    change.watch("there");
    change.watch("absent");
    change.stage_text("there", "ours");
    fs::remove(folder.path() / "there");
    EXPECT_THROW(change.apply(), UserError);
    change.drop_staged();
    change.stage_text("absent", "ours");
    write_file(folder.path() / "absent", "of an editor");
    EXPECT_THROW(change.apply(), UserError);
    EXPECT_EQ(read_file(folder.path() / "absent"), "of an editor");
}

TEST_F(Change, DroppedFilesAreNotApplied) {
    FileTransaction change(folder.path());
    change.stage_text("a/one", "1");
    change.drop_staged();
    change.stage_text("two", "2");
    change.apply();
    change.keep();
    EXPECT_THAT(change.written(), ElementsAre("two"));
    EXPECT_THAT(content_of(folder.path()), ElementsAre(Pair("two", "2")));
}

/// So that a killed process leaves nothing that `git add` takes.
TEST_F(Change, StagedAndSavedFilesHaveNamesThatGitIgnores) {
    write_file(folder.path() / "old", "before");
    FileTransaction change(folder.path());
    change.stage_text("old", "after");
    change.stage_text("a/new", "new");
    const auto expect_ignored = [&] {
        std::size_t temporary = 0;
        for (const auto& [path, bytes] : content_of(folder.path())) {
            if (path == "old" || path == "a" || path == "a/new") continue;
            EXPECT_TRUE(glob_matches(temporary_files_pattern, path)) << path;
            ++temporary;
        }
        return temporary;
    };
    EXPECT_EQ(expect_ignored(), 2u) << "the staged files";
    change.apply();
    EXPECT_EQ(expect_ignored(), 1u) << "the old file";
    change.keep();
    EXPECT_EQ(expect_ignored(), 0u);
}

TEST_F(Change, StageGivesTheSizeAndPassesOnWhatMakeThrows) {
    FileTransaction change(folder.path());
    EXPECT_EQ(change.stage("a/b", [](const fs::path& file) { write_file(file, "12345"); }), 5u);
    EXPECT_THROW(change.stage("c/d",
                              [](const fs::path& file) {
                                  write_file(file, "half");
                                  throw Interrupted();
                              }),
                 Interrupted);
    EXPECT_THROW(change.stage("e", [](const fs::path&) {}), WriteError) << "no file was made";
    change.drop_staged();
    change.keep();
    EXPECT_THAT(content_of(folder.path()), IsEmpty());
}

TEST_F(Change, ACopyOfTheSameBytesChangesNothing) {
    write_file(folder.path() / "from", "bytes");
    write_file(folder.path() / "hub/to", "bytes");
    set_old_time(folder.path() / "hub/to");
    const auto time = fs::last_write_time(folder.path() / "hub/to");
    FileTransaction change(folder.path() / "hub");
    change.stage_copy(folder.path() / "from", "to");
    change.stage_copy(folder.path() / "from", "other");
    change.apply();
    change.keep();
    EXPECT_THAT(change.written(), ElementsAre("other"));
    EXPECT_EQ(fs::last_write_time(folder.path() / "hub/to"), time);
}

TEST_F(Change, PlacesOutsideTheHubsOwnFoldersAreRefused) {
    TemporaryFolder outside;
    write_file(outside.path() / "file", "x");
    write_file(folder.path() / "file", "x");
    fs::create_directories(folder.path() / "folder");
    fs::create_directory_symlink("folder", folder.path() / "link");
    fs::create_symlink("file", folder.path() / "inner");
    fs::create_symlink(outside.path() / "file", folder.path() / "outer");
    fs::create_symlink(outside.path() / "absent", folder.path() / "dangling");
    EXPECT_EQ(refusal_of("folder/new"), "");
    EXPECT_EQ(refusal_of("new/folder/file"), "");
    EXPECT_EQ(refusal_of("file"), "");
    EXPECT_THAT(refusal_of("link/new"), HasSubstr("link: "));
    EXPECT_THAT(refusal_of("file/new"), HasSubstr("file: "));
    EXPECT_THAT(refusal_of("folder"), HasSubstr("folder: "));
    EXPECT_THAT(refusal_of("outer"), HasSubstr("outer: "));
    EXPECT_THAT(refusal_of("dangling"), HasSubstr("dangling: "));
    EXPECT_EQ(FileTransaction(folder.path()).place_of("inner").filename(), "file")
        << "a link inside the hub leads to its file";
    fs::create_symlink("folder/absent", folder.path() / "waiting");
    EXPECT_EQ(FileTransaction(folder.path()).place_of("waiting").filename(), "absent");
    fs::create_symlink("loop", folder.path() / "loop");
    EXPECT_NE(refusal_of("loop"), "");
}

TEST_F(Change, BytesAreTheSameOnlyInRegularFilesOfOneSize) {
    const auto same = [&](const char* one, const char* other) {
        return have_same_bytes(folder.path() / one, folder.path() / other, [] {});
    };
    const std::string long_text(3 << 20, 'x');
    write_file(folder.path() / "a", long_text);
    write_file(folder.path() / "b", long_text);
    write_file(folder.path() / "last", long_text.substr(1) + "y");
    write_file(folder.path() / "short", long_text.substr(1));
    write_file(folder.path() / "empty", "");
    fs::create_directory(folder.path() / "folder");
    EXPECT_TRUE(same("a", "a"));
    EXPECT_TRUE(same("a", "b"));
    EXPECT_TRUE(same("empty", "empty"));
    EXPECT_FALSE(same("a", "last"));
    EXPECT_FALSE(same("a", "short"));
    EXPECT_FALSE(same("a", "absent"));
    EXPECT_FALSE(same("absent", "a"));
    EXPECT_FALSE(same("folder", "folder"));
}

}  // namespace
}  // namespace onnxhub::test
