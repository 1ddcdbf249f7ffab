// SPDX-License-Identifier: Apache-2.0
// Rows that are read without the Markdown parser are what the parser makes of them.
#include "sources/simple_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "sources/markdown_table.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::Field;

std::vector<MarkdownTable> parsed(const std::string& markdown, ParsedRows rows) {
    Diagnostics diagnostics;
    return parse_markdown_tables(markdown, "README.md", diagnostics, rows);
}

/// Everything in the tables, as text.
std::string shape(const std::vector<MarkdownTable>& tables) {
    std::string text;
    const auto add_cells = [&](const std::vector<MarkdownCell>& cells) {
        for (const MarkdownCell& cell : cells) {
            text += "{" + cell.text + "}";
            for (std::size_t i = 0; i < cell.links.size(); ++i) {
                text += "[" + cell.link_texts.at(i) + "](" + cell.links[i] + ")";
            }
        }
    };
    for (const MarkdownTable& table : tables) {
        text += "table " + std::to_string(table.line) + ": ";
        add_cells(table.header);
        for (const MarkdownRow& row : table.rows) {
            text += "\n" + std::to_string(row.line) + ": ";
            add_cells(row.cells);
        }
        text += "\n";
    }
    return text;
}

void expect_same(const std::string& markdown) {
    ASSERT_EQ(shape(parsed(markdown, ParsedRows::needed)), shape(parsed(markdown, ParsedRows::all)))
        << markdown;
}

TEST(SimpleRow, HasTextsAndLinks) {
    const auto cells = read_simple_row("| a_b  c | [1.2 MB](x/y-1_2.onnx) and [s](t) |  | ");
    ASSERT_TRUE(cells);
    EXPECT_THAT(*cells, ElementsAre(Field(&MarkdownCell::text, "a_b c"),
                                    Field(&MarkdownCell::text, "1.2 MB and s"),
                                    Field(&MarkdownCell::text, "")));
    EXPECT_THAT(cells->at(1).links, ElementsAre("x/y-1_2.onnx", "t"));
    EXPECT_THAT(cells->at(1).link_texts, ElementsAre("1.2 MB", "s"));
}

TEST(SimpleRow, AnythingElseIsLeftToTheParser) {
    for (const std::string row : {"",
                                  "|",
                                  "a | b",
                                  "| a",
                                  "a |",
                                  "||",
                                  "| a || b |",
                                  "| `a` |",
                                  "| *a* |",
                                  "| _a_ |",
                                  "| a_ |",
                                  "| <b> |",
                                  "| &amp; |",
                                  "| a\\b |",
                                  "| ![a](b) |",
                                  "| [a] |",
                                  "| [a][b] |",
                                  "| [a]() |",
                                  "| [a](b c) |",
                                  "| [a](<b>) |",
                                  "| [a](b(c)) |",
                                  "| [a [b](c)](d) |",
                                  "| a\tb |",
                                  "| caf\xc3\xa9 |",
                                  "| a] |",
                                  "| a__b |"}) {
        EXPECT_FALSE(read_simple_row(row)) << row;
    }
}

TEST(SimpleRow, TablesAreThoseOfTheParser) {
    const std::string head = "| a | b |\n|---|---|\n";
    for (const std::string rows :
         {"| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |\n",
          "| 1 | 2 |\n| 3 |\n| 3 |\n| 5 | 6 | 7 |\n| 1 | 2 |\n",
          "| 1 | 2 |\n| *3* | 4 |\n| 5 | 6 |\n\n| 7 | 8 |\n", "| 1 | 2 |\n> | 3 | 4 |\n| 5 | 6 |\n",
          "| 1 | 2 |\n  | 3 | 4 |\n| 5 | 6 |\n- | 7 | 8 |\n| 9 | 0 |\n",
          "| 1 | 2 |\n# x\n| 3 | 4 |\n| 5 | 6 |\n",
          "| [l](m) | 2 |\n| [l](m) | 2 |\n| 3 | 4 |\n| 3 | 4 |\n\n[r]: s\n",
          "x\ny\n| 1 | 2 |\n| 3 | 4 |\n"}) {
        expect_same(head + rows);
        expect_same("> " + head + rows);
        expect_same("text\n" + head + rows + head + rows);
        expect_same("```\n" + head + rows + "```\n" + head + rows);
        expect_same("<!--\n" + head + rows + "-->\n" + head + rows);
        expect_same("| a |\n|---|---|\n" + rows);
    }
}

/// Documents of the pieces that decide what is a table and what is simple.
std::string random_document(std::mt19937& random) {
    static const std::vector<std::string> cells = {"a",
                                                   " a ",
                                                   " b c ",
                                                   "",
                                                   " ",
                                                   "[t](u)",
                                                   " [t](u) x",
                                                   "_a_",
                                                   "a_b",
                                                   "a_",
                                                   "*",
                                                   "`",
                                                   "``x``",
                                                   "\\|",
                                                   "&amp;",
                                                   "<b>",
                                                   "<!-- x",
                                                   "-->",
                                                   "![i](j)",
                                                   "[r]",
                                                   "[r][r]",
                                                   "[t](u v)",
                                                   "[t](u \"v\")",
                                                   "]",
                                                   "[",
                                                   "(",
                                                   ")",
                                                   "http://x.y",
                                                   "1",
                                                   "-",
                                                   ":-:",
                                                   "~x~",
                                                   "^",
                                                   "\"q\"",
                                                   "\t",
                                                   "\xc3\xa9",
                                                   "\xc2\xa0",
                                                   "[a_b](c_d)",
                                                   "[](u)",
                                                   "[t](",
                                                   "a\\",
                                                   "www.x.y",
                                                   "x@y.z",
                                                   "#",
                                                   "1. x"};
    static const std::vector<std::string> starts = {
        "|", "|", "|", "|", "|", " |", "   |", "    |", "> |", "- |", "", "\t|", "1. |", "> > |"};
    static const std::vector<std::string> others = {
        "",     "\n",  "text",  "# h",    "---",      "> q",       "- l", "```",
        "<!--", "-->", "<div>", "[r]: s", "    code", "|---|---|", "|-|", "|:-:|"};
    const auto one_of = [&](const auto& list) { return list[random() % list.size()]; };
    std::string text;
    for (std::size_t line = 2 + random() % 14; line > 0; --line) {
        if (random() % 5 == 0) {
            text += one_of(others) + "\n";
            continue;
        }
        if (random() % 6 == 0) {
            text += "| h | i |\n|---|---|\n| 1 | 2 |\n";
            continue;
        }
        text += one_of(starts);
        for (std::size_t cell = 1 + random() % 3; cell > 0; --cell) text += one_of(cells) + "|";
        if (random() % 4 == 0) text += one_of(cells);
        text += random() % 10 == 0 ? "\r\n" : "\n";
    }
    return text;
}

TEST(SimpleRow, RandomTablesAreThoseOfTheParser) {
    std::mt19937 random(7);
    for (int i = 0; i < 20'000 && !testing::Test::HasFatalFailure(); ++i) {
        expect_same(random_document(random));
    }
}

}  // namespace
}  // namespace onnxhub
