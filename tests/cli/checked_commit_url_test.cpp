// SPDX-License-Identifier: Apache-2.0
#include "cli/checked_commit_url.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace onnxhub {
namespace {

const std::string commit(40, 'a');

std::string url(const std::map<std::string, std::string>& variables) {
    return checked_commit_url([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    });
}

TEST(CheckedCommitUrl, IsThatOfTheJob) {
    EXPECT_EQ(url({{"GITHUB_SERVER_URL", "https://github.com"},
                   {"GITHUB_REPOSITORY", "acme/models"},
                   {"GITHUB_SHA", commit}}),
              "https://github.com/acme/models/blob/" + commit + "/");
    EXPECT_EQ(
        url({{"CI_PROJECT_URL", "https://gitlab.com/acme/models"}, {"CI_COMMIT_SHA", commit}}),
        "https://gitlab.com/acme/models/-/blob/" + commit + "/");
}

TEST(CheckedCommitUrl, IsEmptyElsewhere) {
    EXPECT_EQ(url({}), "");
    EXPECT_EQ(url({{"GITHUB_SERVER_URL", "https://github.com"}, {"GITHUB_SHA", commit}}), "");
}

TEST(CheckedCommitUrl, IsNothingThatMarkdownWouldReadOtherwise) {
    for (const char* server : {"javascript:x", "https://a.b/)[", "https://a b", "https://a.b\n"}) {
        EXPECT_EQ(url({{"GITHUB_SERVER_URL", server},
                       {"GITHUB_REPOSITORY", "acme/models"},
                       {"GITHUB_SHA", commit}}),
                  "")
            << server;
    }
    EXPECT_EQ(url({{"CI_PROJECT_URL", "https://gitlab.com/a/b"}, {"CI_COMMIT_SHA", "main"}}), "");
}

}  // namespace
}  // namespace onnxhub
