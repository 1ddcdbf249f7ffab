// SPDX-License-Identifier: Apache-2.0
#include "sources/markdown_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<MarkdownTable> parse_table(std::string_view markdown) {
    Diagnostics diagnostics;
    auto tables = parse_markdown_tables(markdown, "README.md", diagnostics);
    EXPECT_THAT(diagnostics.all(), IsEmpty());
    return tables;
}

/// The first cell of a table with one row.
MarkdownCell parse_cell(const std::string& cell, const std::string& below = "") {
    const auto tables = parse_table("| a | b |\n|---|---|\n| " + cell + " | y |\n" + below);
    if (tables.size() != 1 || tables[0].rows.size() != 1) {
        ADD_FAILURE() << "no table with one row: " << cell;
        return {};
    }
    return tables[0].rows[0].cells[0];
}

std::vector<std::string> header_of(const MarkdownTable& table) {
    std::vector<std::string> names;
    for (const MarkdownCell& cell : table.header) names.push_back(cell.text);
    return names;
}

/// Line of the header, then of the rows.
std::vector<int> lines_of(const MarkdownTable& table) {
    std::vector<int> lines{table.line};
    for (const MarkdownRow& row : table.rows) lines.push_back(row.line);
    return lines;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    result.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

/// The one error that says why a document isn't read.
Diagnostic table_refusal(const std::string& markdown) {
    Diagnostics diagnostics;
    EXPECT_THAT(parse_markdown_tables(markdown, "README.md", diagnostics), IsEmpty());
    if (diagnostics.all().size() != 1) {
        ADD_FAILURE() << diagnostics.all().size() << " diagnostics";
        return {};
    }
    EXPECT_EQ(diagnostics.all()[0].severity, Severity::error);
    EXPECT_EQ(diagnostics.all()[0].rule, "readme-too-complex");
    return diagnostics.all()[0];
}

TEST(MarkdownTable, CellsHaveTextWithoutMarkup) {
    const std::pair<const char*, const char*> cells_and_texts[] = {
        {"ResNet18", "ResNet18"},
        {"<b>Res*Net*</b>**18**", "ResNet18"},
        {"`int8`", "int8"},
        {"  a \t b  ", "a b"},
        {"a<br>b", "a b"},
        {"a<BR/>b", "a b"},
        {"a&nbsp;&nbsp;b&nbsp;", "a b"},
        {"&amp;lt;&copy;", "&lt;©"},
        {"[link](x) text", "link text"},
        {"a ![image](x) b", "a b"},
        {"![*deep* [link](y)](x)", ""},
        {"a\\|b", "a|b"},
        {"`a\\|b`", "a|b"},
        {"<!-- hidden -->a", "a"},
        {"\\*a\\*", "*a*"},
        {"", ""},
    };
    for (const auto& [cell, text] : cells_and_texts) EXPECT_EQ(parse_cell(cell).text, text) << cell;
}

TEST(MarkdownTable, LinksComeInTheOrderOfTheDocument) {
    const auto links =
        parse_cell("[a](1) <a href=2>b</a> <http://3> [c][r] [![i](x)](5)", "\n[r]: 4 'title'\n")
            .links;
    EXPECT_THAT(links, ElementsAre("1", "2", "http://3", "4", "5"));
}

TEST(MarkdownTable, MarkdownLinksAreDecoded) {
    EXPECT_THAT(parse_cell("[a](<with space.onnx> \"title\")").links,
                ElementsAre("with space.onnx"));
    EXPECT_THAT(parse_cell("[a](b%20c.onnx)").links, ElementsAre("b%20c.onnx"));
    EXPECT_THAT(parse_cell("[a](b?x=1&amp;y=2)").links, ElementsAre("b?x=1&y=2"));
    EXPECT_THAT(parse_cell("[a](b\\|c)").links, ElementsAre("b|c"));
    EXPECT_THAT(parse_cell("[a]()").links, ElementsAre(""));
    EXPECT_THAT(parse_cell("[a][nowhere]").links, IsEmpty());
}

TEST(MarkdownTable, HtmlLinksHaveEveryFormOfAttribute) {
    const std::pair<const char*, const char*> tags_and_targets[] = {
        {"<a href=\"m.onnx\">", "m.onnx"},
        {"<a href='m.onnx'>", "m.onnx"},
        {"<a href=m.onnx>", "m.onnx"},
        {"<A HREF = \"m.onnx\" >", "m.onnx"},
        {"<a class=\"href=no\" download href=\"m.onnx\">", "m.onnx"},
        {"<a data-href='no' href='m.onnx'>", "m.onnx"},
        {"<a href='a&amp;b&eacute;&#x41;'>", "a&béA"},
        {"<a href='a>b'>", "a>b"},
        {"<a href=\"first\" href=\"second\">", "first"},
    };
    for (const auto& [tag, target] : tags_and_targets) {
        EXPECT_THAT(parse_cell(std::string(tag) + "m</a>").links, ElementsAre(target)) << tag;
    }
}

TEST(MarkdownTable, OtherTagsAreNoLinks) {
    for (const char* tag : {"<a name=\"x\">", "<abbr href=\"x\">", "<a href>", "<img href=\"x\">",
                            "</a href=\"x\">", "<!-- <a href=\"x\"> -->", "`<a href=\"x\">`"}) {
        for (const std::string& link : parse_cell(tag).links) EXPECT_EQ(link, "") << tag;
    }
}

TEST(MarkdownTable, RowsHaveAsManyCellsAsTheHeader) {
    const auto tables = parse_table("a | b\n-|-\n1\n1 | 2 | 3\n");
    ASSERT_EQ(tables.size(), 1u);
    ASSERT_EQ(tables[0].rows.size(), 2u);
    EXPECT_EQ(tables[0].rows[0].cells.size(), 2u);
    EXPECT_EQ(tables[0].rows[0].cells[1].text, "");
    EXPECT_EQ(tables[0].rows[1].cells.size(), 2u);
    EXPECT_EQ(tables[0].rows[1].cells[1].text, "2");
}

TEST(MarkdownTable, LinesAreThoseOfTheDocument) {
    const std::string table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n";
    const std::pair<std::string, int> befores_and_lines[] = {
        {"", 1},
        {"\xef\xbb\xbf", 1},
        {"# Title\n\ntext\nmore\nand more\n\n", 7},
        {"text\nmore\nand more\n", 4},  // GitHub takes the paragraph's last line for the header
        {"\n\n\n\n", 5},
        {"<div>\n<b>x</b>\ntext\n</div>\n\n", 6},
        {"```\n| no | table |\n|---|---|\n```\n", 5},
        {"[r]: /url\n\n", 3},
        {"- item\n- item\n\n", 4},
        {"Heading\n===\n", 3},
        {"<!--\ntext -->\n", 3},
    };
    for (const auto& [before, line] : befores_and_lines) {
        const auto tables = parse_table(before + table);
        ASSERT_EQ(tables.size(), 1u) << before;
        EXPECT_THAT(header_of(tables[0]), ElementsAre("a", "b"));
        EXPECT_THAT(lines_of(tables[0]), ElementsAre(line, line + 2, line + 3)) << before;
    }
}

TEST(MarkdownTable, LinesAreTheSameForEveryLineEnding) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const auto tables =
            parse_table("text" + end + end + "a|b" + end + "-|-" + end + "1|2" + end);
        ASSERT_EQ(tables.size(), 1u);
        EXPECT_THAT(lines_of(tables[0]), ElementsAre(3, 5));
        EXPECT_EQ(tables[0].rows[0].cells[1].text, "2");
    }
}

TEST(MarkdownTable, TableWithoutRowsHasItsLine) {
    EXPECT_THAT(lines_of(parse_table("text\ntext\n\na|b\n-|-\n\ntext\n").at(0)), ElementsAre(4));
    EXPECT_THAT(lines_of(parse_table("text\ntext\na|b\n-|-").at(0)), ElementsAre(3));
}

TEST(MarkdownTable, TablesStandInQuotesAndLists) {
    const auto tables = parse_table(
        "> text\n>\n> a | b\n> -|-\n> 1 | 2\n\n"
        "- item\n\n  a | c\n  -|-\n  1 | 2\n\n"
        "1. a | d\n   -|-\n   1 | 2\n");
    ASSERT_EQ(tables.size(), 3u);
    EXPECT_THAT(lines_of(tables[0]), ElementsAre(3, 5));
    EXPECT_THAT(lines_of(tables[1]), ElementsAre(9, 11));
    EXPECT_THAT(header_of(tables[2]), ElementsAre("a", "d"));
    EXPECT_THAT(lines_of(tables[2]), ElementsAre(13, 15));
}

TEST(MarkdownTable, WhatGitHubShowsAsTextIsNoTable) {
    for (const char* text : {
             "| a | b |\n| 1 | 2 |\n",                 // no delimiter row
             "| a | b |\n|---|\n| 1 | 2 |\n",          // of another width
             "    | a | b |\n    |---|---|\n",         // code
             "```\n| a | b |\n|---|---|\n```\n",       // code
             "<div>\n| a | b |\n|---|---|\n</div>\n",  // HTML
             "<!--\n\n| a | b |\n|---|---|\n\n-->\n",  // a comment
             "# | a | b |\n|---|---|\n",               // a heading
             "| a | b |\n\n|---|---|\n",               // two paragraphs
             "`| a | b |`\n--\n| --- |\n",
         }) {
        EXPECT_THAT(parse_table(text), IsEmpty()) << text;
    }
}

TEST(MarkdownTable, TableEndsWhereAnotherBlockBegins) {
    const auto tables =
        parse_table("a|b\n-|-\n1|2\nno pipe\n- c|d\n\na|b\n-|-\n> 1|2\n\na|b\n-|-\n# x\n");
    ASSERT_EQ(tables.size(), 3u);
    EXPECT_EQ(tables[0].rows.size(), 2u);
    EXPECT_EQ(tables[0].rows[1].cells[0].text, "no pipe");
    EXPECT_EQ(tables[1].rows.size(), 0u);
    EXPECT_EQ(tables[2].rows.size(), 0u);
}

TEST(MarkdownTable, DefinitionsAreFoundWhereverTheyStand) {
    for (const char* below : {"\n[r]: m.onnx", "\n> [r]: m.onnx", "\n[r]:\nm.onnx\n",
                              "\n[r]: <m.onnx> (title)", "\ntext\n\n[R]: m.onnx \"t\"\nmore"}) {
        EXPECT_THAT(parse_cell("[x][r]", below).links, ElementsAre("m.onnx")) << below;
    }
    EXPECT_THAT(parse_cell("[x][r]", "\n```\n[r]: m.onnx\n```\n").links, IsEmpty());
    EXPECT_THAT(parse_cell("[x][r]", "\ntext\n[r]: m.onnx\n").links, IsEmpty());
}

TEST(MarkdownTable, ProseDoesNotHideTheEndOfHtmlBlocks) {
    for (const char* html : {"<!--\ntext\ntext -->\n", "<script>\na\nb</SCRIPT>\n",
                             "<?php\na\nb ?>\n", "<!X\na\nb>\n", "<![CDATA[\na\nb]]>\n"}) {
        EXPECT_EQ(parse_table(html + std::string("a|b\n-|-\n")).size(), 1u) << html;
    }
}

TEST(MarkdownTable, BytesThatAreNotUtf8AreAWarningAtTheirLine) {
    Diagnostics diagnostics;
    const auto tables =
        parse_markdown_tables("text\n\na|b\n-|-\nx\xff|y\n", "README.md", diagnostics);
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_EQ(tables[0].rows[0].cells[0].text, "x\xef\xbf\xbd");
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].severity, Severity::warning);
    EXPECT_EQ(diagnostics.all()[0].rule, "readme-not-utf8");
    EXPECT_EQ(diagnostics.all()[0].line, 5);
}

TEST(MarkdownTable, EmptyDocumentsHaveNoTables) {
    for (const char* text : {"", "\n", "\xef\xbb\xbf", "|", "|-|", "\x01"}) {
        EXPECT_THAT(parse_table(text), IsEmpty());
    }
}

TEST(MarkdownTable, ManyThreadsReadAtTheSameTime) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([] { EXPECT_EQ(parse_table("a|b\n-|-\n[x](y)|*z*\n").size(), 1u); });
    }
    for (std::thread& thread : threads) thread.join();
}

// Each of these took cmark-gfm minutes, hours or all memory.
TEST(MarkdownTableBounds, LongProseIsRead) {
    const std::string table = "\n\na|b\n-|-\n1|2\n";
    const std::string texts[] = {
        repeated("*a* [b](c) `d`\n", 100'000),
        repeated("a <? b\n", 100'000),
        repeated("| *a* | [b](c) |\n", 100'000),
        repeated("text\n", 400'000),
        repeated("a|\n|-|-|\n", 100'000),
        repeated("[", 1'000'000),
        repeated("![[]()", 300'000),
        repeated("> text\n", 300'000),
        repeated("a\n b\n  c\n", 100'000),
        "[a]: /" + std::string(2'000'000, 'x'),
        std::string(3'000'000, 'x'),
        repeated("\n", 1'000'000),
        repeated("a <!A ", 1000) + repeated("z*a_ ", 200'000),
    };
    for (const std::string& text : texts) {
        EXPECT_EQ(parse_table(text + table).size(), 1u) << text.substr(0, 20);
    }
}

TEST(MarkdownTableBounds, ParagraphAboveATableMayBeLong) {
    const auto tables = parse_table(repeated("text\n", 300'000) + "a|b\n-|-\n1|2\n");
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_THAT(lines_of(tables[0]), ElementsAre(300'001, 300'003));
}

TEST(MarkdownTableBounds, TablesMayBeLong) {
    const auto tables =
        parse_table("a|b|c\n-|-|-\n" + repeated("|[x](m_1.onnx)|*y*|`z`|\n", 20'000));
    ASSERT_EQ(tables.size(), 1u);
    ASSERT_EQ(tables[0].rows.size(), 20'000u);
    EXPECT_EQ(tables[0].rows.back().line, 20'002);
    EXPECT_THAT(tables[0].rows.back().cells[0].links, ElementsAre("m_1.onnx"));
}

TEST(MarkdownTableBounds, NestingHasALimit) {
    EXPECT_EQ(parse_table(repeated("> ", 100) + "a\n\na|b\n-|-\n").size(), 1u);
    const Diagnostic refusal = table_refusal("text\n" + repeated("> ", 101) + "a\n");
    EXPECT_EQ(refusal.line, 2);
    EXPECT_THAT(refusal.message, HasSubstr("100 quotes and lists"));
    EXPECT_EQ(table_refusal(repeated(">", 1'000'000)).line, 1);
    EXPECT_EQ(table_refusal(repeated("- + ", 1'000'000)).line, 1);
    EXPECT_EQ(parse_table(repeated("- ", 10'000) + "\n\na|b\n-|-\n").size(), 1u) << "a rule";
}

TEST(MarkdownTableBounds, LinesOfTablesHaveALimit) {
    const std::string head = "a|b\n-|-\n";
    EXPECT_EQ(parse_table(head + std::string(1 << 20, 'x')).size(), 1u);
    const Diagnostic refusal = table_refusal(head + std::string((1 << 20) + 1, 'x'));
    EXPECT_EQ(refusal.line, 3);
    EXPECT_THAT(refusal.message, HasSubstr("1 MiB"));
}

TEST(MarkdownTableBounds, DocumentsHaveALimit) {
    EXPECT_EQ(parse_table(std::string(64 << 20, 'x')).size(), 0u);
    EXPECT_THAT(table_refusal(std::string((64 << 20) + 1, 'x')).message, HasSubstr("64 MiB"));
}

TEST(MarkdownTableBounds, AbsurdTablesAreRefusedAtTheirLine) {
    const std::string wide = repeated("a|", 10'000) + "\n" + repeated("-|", 10'000) + "\n";
    EXPECT_GT(table_refusal("\n" + wide + repeated("x\n", 10'000)).line, 2);
    const std::string head = "a\n:-:\n";
    for (const std::string& row :
         {repeated("*a* [b](c) ", 50'000), repeated("*a_ ", 50'000), repeated("![[]()", 50'000),
          repeated("a <? ", 50'000), repeated("|", 100'000)}) {
        EXPECT_EQ(table_refusal(head + "z" + row).line, 3) << row.substr(0, 10);
    }
}

/// Text that only seems to be a table is one paragraph to the parser.
TEST(MarkdownTableBounds, ParagraphsInDisguiseAreRefused) {
    const std::string rows = repeated("a *b* | [c](d)\n", 50'000);
    for (const char* head :
         {"> q\na | b\n-|-\n", "- q\na | b\n-|-\n", "<b\na | b\n-|-\n", "<x> | b\n-|-\n"}) {
        table_refusal(head + rows);
    }
    table_refusal("a\n:-:\n<!-- -->\n" + rows);
    table_refusal(repeated("<b *a* [c](d)\n", 50'000));
}

TEST(MarkdownTableBounds, LinkDefinitionsAreNotCopiedForever) {
    const std::string definition = "[r]: /" + std::string(8000, 'x') + "\n\n";
    table_refusal(definition + "a\n:-:\n" + repeated("[r]\n", 100'000));
}

}  // namespace
}  // namespace onnxhub
