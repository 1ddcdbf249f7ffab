// SPDX-License-Identifier: Apache-2.0
#include "base/private_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::StartsWith;

class PrivateFolderTest : public testing::Test {
protected:
    void SetUp() override {
        if (const char* before = std::getenv("TMPDIR")) before_ = before;
        setenv("TMPDIR", parent.path().c_str(), 1);
    }
    void TearDown() override {
        if (before_) {
            setenv("TMPDIR", before_->c_str(), 1);
        } else {
            unsetenv("TMPDIR");
        }
    }

    /// A process that makes a private folder with a file and kills itself.
    void leave_a_folder() const {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const PrivateFolder folder;
            fs::create_directories(folder.path() / "models");
            std::ofstream(folder.path() / "models/m.onnx") << "model";
            raise(SIGKILL);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
    }

    std::size_t folders() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(parent.path()), fs::directory_iterator()));
    }

    TemporaryFolder parent;

private:
    std::optional<std::string> before_;
};

TEST_F(PrivateFolderTest, IsForItsUserAloneAndGoesWithItsContent) {
    fs::path path;
    {
        const PrivateFolder folder;
        path = folder.path();
        EXPECT_EQ(path.parent_path(), parent.path());
        EXPECT_THAT(path.filename().string(), StartsWith("onnxhub-run-"));
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        write_file(path / "a/b", "content");
        const PrivateFolder other;
        EXPECT_NE(other.path(), path);
        EXPECT_TRUE(fs::exists(path / "a/b")) << "a folder in use stays";
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(folders(), 0u);
}

TEST_F(PrivateFolderTest, TheNextOneRemovesThoseOfKilledProcesses) {
    leave_a_folder();
    leave_a_folder();
    // The second process removed the folder of the first one.
    ASSERT_EQ(folders(), 1u);
    const PrivateFolder folder;
    EXPECT_EQ(folders(), 1u);
    EXPECT_TRUE(fs::exists(folder.path()));
}

/// Anyone may write to /tmp.
TEST_F(PrivateFolderTest, OtherThingsWithSuchANameStay) {
    const TemporaryFolder elsewhere;
    write_file(elsewhere.path() / "mine", "content");
    fs::create_directory_symlink(elsewhere.path(), parent.path() / "onnxhub-run-link");
    write_file(parent.path() / "onnxhub-run-file", "content");
    fs::create_directory(parent.path() / "another");
    { const PrivateFolder folder; }
    EXPECT_TRUE(fs::is_symlink(parent.path() / "onnxhub-run-link"));
    EXPECT_TRUE(fs::exists(elsewhere.path() / "mine"));
    EXPECT_TRUE(fs::exists(parent.path() / "onnxhub-run-file"));
    EXPECT_TRUE(fs::exists(parent.path() / "another"));
}

TEST_F(PrivateFolderTest, AFolderOfAnotherUserStays) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can make a directory of another user";
    const fs::path path = parent.path() / "onnxhub-run-other";
    fs::create_directory(path);
    constexpr uid_t other_user = 65534;
    ASSERT_EQ(chown(path.c_str(), other_user, other_user), 0);
    { const PrivateFolder folder; }
    EXPECT_TRUE(fs::exists(path));
}

TEST_F(PrivateFolderTest, APlaceThatDoesNotExistIsAnError) {
    setenv("TMPDIR", (parent.path() / "none").c_str(), 1);
    try {
        const PrivateFolder folder;
        FAIL() << "made " << folder.path();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("set TMPDIR to a writable directory"));
    }
}

}  // namespace
}  // namespace onnxhub::test
