// SPDX-License-Identifier: Apache-2.0
#include "sources/document_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using Kind = PathSegment::Kind;

TEST(DocumentPath, SegmentsAreKeysWildcardsAndQuotedKeys) {
    const auto path = parse_document_path("a.\"b.c\".*.**.\"*\".7 x", Wildcards::allowed);
    ASSERT_TRUE(std::holds_alternative<DocumentPath>(path));
    EXPECT_THAT(std::get<DocumentPath>(path),
                ElementsAre(PathSegment{Kind::key, "a"}, PathSegment{Kind::key, "b.c"},
                            PathSegment{Kind::any, "*"}, PathSegment{Kind::any_depth, "**"},
                            PathSegment{Kind::key, "*"}, PathSegment{Kind::key, "7 x"}));
}

TEST(DocumentPath, MistakesAreNamed) {
    const auto problem = [](const std::string& text, Wildcards wildcards = Wildcards::allowed) {
        const auto path = parse_document_path(text, wildcards);
        const auto* bad = std::get_if<BadDocumentPath>(&path);
        return bad ? bad->message : "";
    };
    EXPECT_EQ(problem(""), "has an empty key");
    EXPECT_EQ(problem("a..b"), "has an empty key");
    EXPECT_EQ(problem("a."), "has an empty key");
    EXPECT_EQ(problem("\"a"), "has a quote without its partner around a key");
    EXPECT_EQ(problem("\"a\"b"), "has a quote without its partner around a key");
    EXPECT_EQ(problem("**.a.**"), "has \"**\" twice");
    EXPECT_EQ(problem("a.**", Wildcards::refused), "has the wildcard \"**\"");
    EXPECT_EQ(problem("\"**\"", Wildcards::refused), "");
    std::string longest = "a";
    for (std::size_t i = 1; i < document_path_limit; ++i) longest += ".a";
    EXPECT_EQ(problem(longest), "");
    EXPECT_EQ(problem(longest + ".a"), "has over 32 keys");
}

}  // namespace
}  // namespace onnxhub
