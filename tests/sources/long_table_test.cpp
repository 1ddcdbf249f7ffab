// SPDX-License-Identifier: Apache-2.0
// Long tables, which are read in parts, give the same results as short ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sources/markdown_excerpt.h"
#include "sources/markdown_table.h"
#include "sources/readme_table.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<MarkdownTable> parse_long(const std::string& markdown) {
    Diagnostics diagnostics;
    auto tables = parse_markdown_tables(markdown, "README.md", diagnostics);
    EXPECT_THAT(diagnostics.all(), IsEmpty());
    return tables;
}

std::string long_refusal(const std::string& markdown) {
    Diagnostics diagnostics;
    EXPECT_THAT(parse_markdown_tables(markdown, "README.md", diagnostics), IsEmpty());
    return diagnostics.all().empty() ? "read" : diagnostics.all()[0].message;
}

/// Rows of three cells, some 38 bytes each: a part holds 256 KiB of them.
std::string rows_of(std::string_view prefix, std::size_t count) {
    std::string rows;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        rows += prefix;
        rows += "| m" + number + " | [file](m" + number + ".onnx) | [r] |\n";
    }
    return rows;
}

void expect_rows(const MarkdownTable& table, std::size_t count, const std::string& target) {
    ASSERT_EQ(table.rows.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
        const MarkdownRow& row = table.rows[i];
        const std::string number = std::to_string(i);
        ASSERT_EQ(row.line, table.line + 2 + static_cast<int>(i));
        ASSERT_EQ(row.cells.size(), 3u);
        ASSERT_EQ(row.cells[0].text, "m" + number);
        ASSERT_THAT(row.cells[1].links, ElementsAre("m" + number + ".onnx"));
        ASSERT_THAT(row.cells[2].links, ElementsAre(target));
    }
}

constexpr const char* long_head = "| a | b | c |\n|---|---|---|\n";

TEST(LongTable, EveryRowIsReadOnceAndInOrder) {
    const auto tables =
        parse_long("# Models\n\ntext\n\n" + (long_head + rows_of("", 30'000)) + "\n[r]: target\n");
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_EQ(tables[0].line, 5);
    expect_rows(tables[0], 30'000, "target");
}

TEST(LongTable, OtherTablesStayWhatTheyAre) {
    const std::string quoted = "> | a | b | c |\n> |---|---|---|\n" + rows_of("> ", 12'000);
    const auto tables = parse_long("[r]: /x\n\n" + (long_head + rows_of("", 3)) + "\n" + long_head +
                                   rows_of("", 12'000) + "\ntext\n\n" + long_head + "\n" + quoted +
                                   "\n" + long_head + rows_of("", 1));
    ASSERT_EQ(tables.size(), 5u);
    expect_rows(tables[0], 3, "/x");
    expect_rows(tables[1], 12'000, "/x");
    EXPECT_THAT(tables[2].rows, IsEmpty());
    expect_rows(tables[3], 12'000, "/x");
    expect_rows(tables[4], 1, "/x");
}

TEST(LongTable, RowsWithHtmlKeepTheirPlace) {
    std::string rows;
    for (int i = 0; i < 20'000; ++i) {
        const std::string number = std::to_string(i);
        rows += i % 5 == 0 ? "x <a href=\"" + number + "\">y</a> | " + number + "\n"
                           : "x [y](" + number + ") | " + number + "\n";
    }
    const auto tables = parse_long("a | b\n-|-\n" + rows);
    ASSERT_EQ(tables.size(), 1u);
    ASSERT_EQ(tables[0].rows.size(), 20'000u);
    for (std::size_t i = 0; i < tables[0].rows.size(); ++i) {
        ASSERT_EQ(tables[0].rows[i].line, static_cast<int>(i) + 3);
        ASSERT_EQ(tables[0].rows[i].cells[1].text, std::to_string(i));
        ASSERT_THAT(tables[0].rows[i].cells[0].links, ElementsAre(std::to_string(i)));
    }
}

TEST(LongTable, WhatStandsInCodeOrCommentsIsNoTableStill) {
    const std::string table = long_head + rows_of("", 12'000);
    EXPECT_THAT(parse_long("```\n" + table + "```\n"), IsEmpty());
    EXPECT_THAT(parse_long("<!--\n" + table + "-->\n"), IsEmpty());
    const auto tables = parse_long("```\n" + table + "```\n\n" + table + "\n[r]: /x\n");
    ASSERT_EQ(tables.size(), 1u);
    expect_rows(tables[0], 12'000, "/x");
}

TEST(LongTable, OnlyRowsThatChangeNothingElseAreLeftOut) {
    const auto result = excerpt_tables("text\n\na|b\n-|-\n1|2\n<x>|3\n> 4|5\n\ntext\n");
    const auto& excerpt = std::get<MarkdownExcerpt>(result);
    ASSERT_EQ(excerpt.is_row.size(), excerpt.lines.size());
    std::vector<int> rows;
    for (std::size_t i = 0; i < excerpt.lines.size(); ++i) {
        if (excerpt.is_row[i]) rows.push_back(excerpt.lines[i]);
    }
    EXPECT_THAT(rows, ElementsAre(5));
}

TEST(LongTable, EqualRowsAreReadOnceAndStandWhereTheyStood) {
    const std::string table = "a|b\n-|-\n[x](y)|1\nz|2\n[x](y)|1\n<i>|3\n[x](y)|1\nz|2\n";
    const auto tables = parse_long(table + "\n```\n" + table + "```\n\n" + table);
    ASSERT_EQ(tables.size(), 2u);
    for (const MarkdownTable& found : tables) {
        std::vector<std::string> texts;
        std::vector<int> lines;
        for (const MarkdownRow& row : found.rows) {
            texts.push_back(row.cells[0].text + row.cells[1].text);
            lines.push_back(row.line - found.line);
        }
        EXPECT_EQ(texts.front(), "x1");
        EXPECT_THAT(found.rows.back().cells[0].links, IsEmpty());
        EXPECT_THAT(found.rows[2].cells[0].links, ElementsAre("y"));
        EXPECT_TRUE(std::ranges::is_sorted(lines));
    }
    EXPECT_EQ(tables[0].rows.size(), tables[1].rows.size());

    const auto ended = parse_long("a|b\n-|-\n1|2\n1|2\n<div>\n1|2\n1|2\n");
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].rows.size(), 2u) << "the others are HTML";

    const auto result = excerpt_tables("a|b\n-|-\n" + std::string("1|2\n1|2\n3|4\n1|2\n"));
    const auto& excerpt = std::get<MarkdownExcerpt>(result);
    EXPECT_EQ(excerpt.text, "a|b\n-|-\n1|2\n3|4\n");
    ASSERT_EQ(excerpt.repeated_rows.size(), 2u);
    EXPECT_EQ(excerpt.repeated_rows[1].line, 6);
    EXPECT_EQ(excerpt.repeated_rows[1].first_line, 3);
}

TEST(LongTable, RepeatedRowsAreListedToALimitAndCountedExactly) {
    const std::string table_head = "|Model|Download|ONNX version|Opset version|\n|-|-|-|-|\n";
    const auto warnings_of = [&](int repetitions) {
        std::string rows;
        for (int i = 0; i <= repetitions; ++i) rows += "|m|[f](m.onnx)|1.9|12|\n";
        Diagnostics diagnostics;
        const ModelTables tables = parse_model_tables(
            table_head + rows + "|n|[f](n.onnx)|1.9|12|\n", "README.md", diagnostics);
        EXPECT_EQ(tables.models.size(), 2u);
        return diagnostics.all();
    };
    EXPECT_EQ(warnings_of(999).size(), 999u);
    EXPECT_EQ(warnings_of(1000).size(), 1000u);
    const auto warnings = warnings_of(61'000);
    ASSERT_EQ(warnings.size(), 1001u);
    EXPECT_EQ(warnings[999].line, 1003);
    EXPECT_EQ(warnings[999].message, "\"m\" repeats line 3 and is skipped");
    EXPECT_EQ(warnings[1000].line, 61'003);
    EXPECT_EQ(warnings[1000].message,
              "60000 more rows up to this line repeat earlier ones and are skipped");
}

std::string definitions(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "[l" + std::to_string(i) + "]: /x\n";
    return text;
}

TEST(LongTable, DefinitionsDirectlyAboveATableHaveALimit) {
    constexpr std::size_t most = 14'142;  // its square is 200 million
    EXPECT_EQ(parse_long(definitions(1000) + "a|b\n-|-\n1|2\n").size(), 1u);
    EXPECT_THAT(long_refusal(definitions(most + 1) + "a|b\n-|-\n1|2\n"),
                HasSubstr("the table follows too many lines without a blank line"));
    EXPECT_THAT(long_refusal(definitions(40'000) + "a|b\n-|-\n1|2\n"), HasSubstr("too many lines"));
    EXPECT_EQ(parse_long(definitions(40'000) + "\na|b\n-|-\n1|2\n").size(), 1u) << "an empty line";
    EXPECT_EQ(parse_long(definitions(20'000) + "# Models\na|b\n-|-\n1|2\n").size(), 1u)
        << "a heading";
}

TEST(LongTable, CellsOfLinesAboveCountToo) {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += "[l" + std::to_string(i) + "]: /x \"" + std::string(20, '|') + "\"\n";
    }
    EXPECT_THAT(long_refusal(text + "a|b\n-|-\n1|2\n"), HasSubstr("too many lines"));
}

}  // namespace
}  // namespace onnxhub
