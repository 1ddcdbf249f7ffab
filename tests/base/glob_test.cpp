// SPDX-License-Identifier: Apache-2.0
#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace onnxhub {
namespace {

struct GlobCase {
    const char* pattern;
    const char* path;
};

TEST(Glob, MatchesTheWholePath) {
    const GlobCase cases[] = {
        {"vision/mnist/mnist.onnx", "vision/mnist/mnist.onnx"},
        {"/vision/mnist/mnist.onnx", "vision/mnist/mnist.onnx"},
        {"vision/*/*.onnx", "vision/mnist/mnist.onnx"},
        {"vision/mnist/mnist-?.onnx", "vision/mnist/mnist-8.onnx"},
        {"vision/mnist/mnist-?.onnx", "vision/mnist/mnist-é.onnx"},
        {"a/[a-c]x", "a/bx"},
        {"a/[!a-c]x", "a/dx"},
        {"a/[]x]", "a/]"},
        {"a/[a\\]]", "a/]"},
        {"a/[α-ω]", "a/λ"},
        {"a/x[y", "a/x[y"},
        {"a/\\*", "a/*"},
        {"a/b\\", "a/b\\"},
        {"a/*", "a/\xff"},
    };
    for (const auto& [pattern, path] : cases) {
        EXPECT_TRUE(glob_matches(pattern, path)) << pattern << " " << path;
    }
}

TEST(Glob, DoesNotMatchAPartOfThePath) {
    const GlobCase cases[] = {
        {"vision/mnist", "vision/mnist.onnx"},
        {"mnist/mnist.onnx", "vision/mnist/mnist.onnx"},
        {"vision/*.onnx", "vision/mnist/mnist.onnx"},
        {"a/?", "a/"},
        {"a?b", "a/b"},
        {"a[/]b", "a/b"},
        {"a[!x]b", "a/b"},
        {"a/\\*", "a/b"},
        {"/mnist.onnx", "vision/mnist.onnx"},
        {"", ""},
        {"", "a"},
        {"/", "a"},
    };
    for (const auto& [pattern, path] : cases) {
        EXPECT_FALSE(glob_matches(pattern, path)) << pattern << " " << path;
    }
}

TEST(Glob, TwoStarsSpanFolders) {
    EXPECT_TRUE(glob_matches("vision/**/age_*.onnx", "vision/body/age_gender/age_8.onnx"));
    EXPECT_TRUE(glob_matches("vision/**/age_*.onnx", "vision/age_8.onnx"));
    EXPECT_TRUE(glob_matches("**/model/x.onnx", "model/x.onnx"));
    EXPECT_TRUE(glob_matches("**/model/x.onnx", "a/b/model/x.onnx"));
    EXPECT_TRUE(glob_matches("vision/**", "vision/a/b.onnx"));
    EXPECT_TRUE(glob_matches("a/**/**/b", "a/b"));
    EXPECT_FALSE(glob_matches("**/model/x.onnx", "a/supermodel/x.onnx"));
    EXPECT_FALSE(glob_matches("vision/**", "vision"));
    EXPECT_FALSE(glob_matches("vision/**/x", "vision/ax"));
}

TEST(Glob, TwoStarsWithinASegmentAreOne) {
    EXPECT_TRUE(glob_matches("a/x**y", "a/x1y"));
    EXPECT_FALSE(glob_matches("a/x**y", "a/x/y"));
}

TEST(Glob, PatternWithoutSlashMatchesNamesInAnyFolder) {
    EXPECT_TRUE(glob_matches("*-draft.onnx", "a/b/mnist-draft.onnx"));
    EXPECT_TRUE(glob_matches("*-draft.onnx", "mnist-draft.onnx"));
    EXPECT_FALSE(glob_matches("draft.onnx", "mnist-draft.onnx"));
}

TEST(Glob, FolderMatchesEverythingInIt) {
    EXPECT_TRUE(glob_matches("vision/body_analysis", "vision/body_analysis/age/x.onnx"));
    EXPECT_TRUE(glob_matches("vision/*", "vision/body_analysis/age/x.onnx"));
    EXPECT_TRUE(glob_matches("preproc", "vision/preproc/x.onnx"));
    EXPECT_TRUE(glob_matches("preproc/", "vision/preproc/x.onnx"));
    EXPECT_FALSE(glob_matches("vision/body", "vision/body_analysis/x.onnx"));
    EXPECT_FALSE(glob_matches("preproc/", "vision/preproc"));
}

// Backtracking would take exponential time.
TEST(Glob, HostilePatternsTakeNoLongerThanOthers) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    EXPECT_FALSE(glob_matches(pattern + "*b", std::string(2000, 'a')));
    std::string folders;
    for (int i = 0; i < 200; ++i) folders += "**/a/";
    std::string path;
    for (int i = 0; i < 1000; ++i) path += "a/";
    EXPECT_FALSE(glob_matches(folders + "b", path + "c"));
}

}  // namespace
}  // namespace onnxhub
