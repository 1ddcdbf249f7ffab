// SPDX-License-Identifier: Apache-2.0
#include "repository/commit_id.h"

#include <gtest/gtest.h>

#include <string>

namespace onnxhub {
namespace {

TEST(CommitId, IsAFullName) {
    EXPECT_TRUE(is_commit_id(std::string(40, '0')));
    EXPECT_TRUE(is_commit_id(std::string(40, 'f')));
    EXPECT_TRUE(is_commit_id(std::string(39, 'a') + '9'));
    EXPECT_TRUE(is_commit_id(std::string(64, 'a'))) << "of a repository that uses SHA-256";
    for (const int length : {0, 39, 41, 63, 65}) {
        EXPECT_FALSE(is_commit_id(std::string(static_cast<std::size_t>(length), 'a'))) << length;
    }
    EXPECT_FALSE(is_commit_id(std::string(39, 'a') + 'g'));
    EXPECT_FALSE(is_commit_id(std::string(39, 'a') + 'A'));
    EXPECT_FALSE(is_commit_id(std::string(39, 'a') + '\n'));
}

}  // namespace
}  // namespace onnxhub
