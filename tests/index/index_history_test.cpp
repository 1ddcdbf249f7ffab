// SPDX-License-Identifier: Apache-2.0
#include "index/index_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Sha256 digest(char c) {
    return sha256_of(std::string(1, c));
}

TEST(IndexHistory, KeepsWhatOlderRootsNeed) {
    IndexHistory history = with_root({}, digest('1'), {digest('a'), digest('b'), digest('a')}, 2);
    ASSERT_THAT(history, SizeIs(1));
    EXPECT_THAT(history[0].files, UnorderedElementsAre(digest('a'), digest('b')));
    history = with_root(history, digest('2'), {digest('b'), digest('c')}, 2);
    ASSERT_THAT(history, SizeIs(2));
    EXPECT_THAT(history[0].files, UnorderedElementsAre(digest('b'), digest('c')));
    EXPECT_THAT(history[1].files, ElementsAre(digest('a')));
    history = with_root(history, digest('3'), {digest('c')}, 2);
    ASSERT_THAT(history, SizeIs(2));
    // The first root is forgotten with its file 'a'; the second needs 'b'.
    EXPECT_THAT(history[1].files, ElementsAre(digest('b')));
}

TEST(IndexHistory, TheSameRootAgainForgetsNothing) {
    IndexHistory history = with_root({}, digest('1'), {digest('a')}, 2);
    history = with_root(history, digest('2'), {digest('b')}, 2);
    const std::string before = index_history_text(history);
    history = with_root(history, digest('2'), {digest('b')}, 2);
    EXPECT_EQ(index_history_text(history), before);
}

TEST(IndexHistory, AnOlderRootThatComesBackIsTheNewest) {
    IndexHistory history = with_root({}, digest('1'), {digest('a')}, 3);
    history = with_root(history, digest('2'), {digest('b')}, 3);
    history = with_root(history, digest('1'), {digest('a')}, 3);
    ASSERT_THAT(history, SizeIs(2));
    EXPECT_EQ(history[0].root, digest('1'));
    EXPECT_THAT(history[1].files, ElementsAre(digest('b')));
}

TEST(IndexHistory, IsReadAsItWasWritten) {
    IndexHistory history = with_root({}, digest('1'), {digest('a'), digest('b')}, 2);
    history = with_root(history, digest('2'), {digest('c')}, 2);
    const std::string text = index_history_text(history);
    EXPECT_EQ(index_history_text(parse_index_history(text)), text);
}

TEST(IndexHistory, IgnoresOtherLines) {
    EXPECT_THAT(parse_index_history("x\n\n../../etc\nroot x\n" + to_hex(digest('a')) + "\n"),
                IsEmpty());
    EXPECT_THAT(parse_index_history("root " + to_hex(digest('1')) + "\nx\n" + to_hex(digest('a'))),
                SizeIs(1));
}

}  // namespace
}  // namespace onnxhub
