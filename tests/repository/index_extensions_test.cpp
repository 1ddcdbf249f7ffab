// SPDX-License-Identifier: Apache-2.0
#include "repository/index_extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "repository/git_command.h"
#include "repository/git_repository.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IndexExtensions : public testing::Test {
protected:
    IndexExtensions() {
        for (int i = 0; i < 20; ++i) {
            hub.write("folder/" + std::string(static_cast<std::size_t>(i), 'x') + ".txt", "x");
        }
        hub.commit("Files");
    }

    void git(const std::vector<std::string>& arguments) const {
        ASSERT_EQ(run_git(hub.path(), arguments, {}).status, 0) << arguments.front();
    }

    std::string index() const { return test::read_file(hub.path() / ".git/index"); }

    std::string error_of_reading() const {
        try {
            GitRepository::find(hub.path())->tracked_files("");
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
    }

    test::RepositoryBuilder hub;
};

TEST_F(IndexExtensions, AreFoundInEachVersionOfTheFormat) {
    for (const char* version : {"2", "3", "4"}) {
        git({"update-index", "--index-version", version});
        git({"write-tree"});  // puts the extension TREE into the index
        EXPECT_THAT(index_extensions(index()), Contains("TREE")) << version;
    }
    // An entry with extended flags needs version 3.
    hub.write("later.txt", "x");
    git({"add", "--intent-to-add", "later.txt"});
    git({"write-tree"});
    EXPECT_FALSE(index_extensions(index()).empty());
}

TEST_F(IndexExtensions, ASplitIndexIsNamedWithItsRemedy) {
    EXPECT_EQ(error_of_reading(), "");
    git({"update-index", "--split-index"});
    EXPECT_THAT(index_extensions(index()), Contains("link"));
    EXPECT_THAT(error_of_reading(), HasSubstr("`git update-index --no-split-index`"));
    git({"update-index", "--no-split-index"});
    EXPECT_EQ(error_of_reading(), "");
}

TEST_F(IndexExtensions, OfDamagedIndexesAreNoProblem) {
    const std::string whole = index();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        index_extensions(std::string_view(whole).substr(0, size));
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = '\xff';
        index_extensions(damaged);
    }
    EXPECT_THAT(index_extensions(""), IsEmpty());
    EXPECT_THAT(index_extensions(std::string(100, '\xff')), IsEmpty());
    const std::string empty_index("DIRC\0\0\0\2\0\0\0\0link\0\0\0\0sdir\0\0\0\1x", 29);
    EXPECT_THAT(index_extensions(empty_index + std::string(20, '#')), ElementsAre("link", "sdir"));
}

}  // namespace
}  // namespace onnxhub
