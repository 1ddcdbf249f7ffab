// SPDX-License-Identifier: Apache-2.0
#include "sources/conflict_markers.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

TEST(ConflictMarkers, TheFirstOneIsFound) {
    EXPECT_EQ(first_conflict_line("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> branch\n"), 2);
    EXPECT_EQ(first_conflict_line("a\r\nb\r\n>>>>>>> branch\r\n"), 3);
    EXPECT_EQ(first_conflict_line("<<<<<<< HEAD"), 1);
    EXPECT_EQ(first_conflict_line("a\n||||||| 0a1b\nb\n=======\nc\n"), 2);
    EXPECT_EQ(first_conflict_line("||||||| base\nb\n>>>>>>> branch\n"), 1);
}

TEST(ConflictMarkers, HeadingsTablesAndQuotesAreNone) {
    for (const char* text :
         {"", "Model Zoo\n=======\n\ntext\n", "=======\n", "||||||| |\n", "|||||||\n=======\n",
          "> <<<<<<< HEAD\n", " <<<<<<< HEAD\n", "<<<<<<<\n", "<<<<<<<<< x\n", ">>>>>>>text\n"}) {
        EXPECT_EQ(first_conflict_line(text), 0) << text;
    }
}

TEST(ConflictMarkers, ExamplesInACodeBlockAreNone) {
    EXPECT_EQ(first_conflict_line("```\n<<<<<<< HEAD\n=======\n>>>>>>> x\n```\ntext\n"), 0);
    EXPECT_EQ(first_conflict_line("~~~~ text\n<<<<<<< HEAD\n~~~\n>>>>>>> x\n~~~~~ \n"), 0);
    EXPECT_EQ(first_conflict_line("```\nx\n```\n<<<<<<< HEAD\n```\ny\n```\n"), 4);
}

TEST(ConflictMarkers, ABlockWithoutAnEndHidesNothing) {
    EXPECT_EQ(first_conflict_line("```\n<<<<<<< HEAD\n| a |\n"), 2);
    // The conflict itself holds the end of one side's block.
    EXPECT_EQ(first_conflict_line("```\n<<<<<<< HEAD\n```\na\n=======\n```\nb\n>>>>>>> x\n"), 8);
}

}  // namespace
}  // namespace onnxhub
