// SPDX-License-Identifier: Apache-2.0
#include "sources/html_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<MarkdownTable> parse(const std::string& markdown) {
    Diagnostics diagnostics;
    auto tables = parse_html_tables(markdown, "README.md", diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << to_text(diagnostics.all()[0]);
    return tables;
}

std::vector<std::string> texts(const std::vector<MarkdownCell>& cells) {
    std::vector<std::string> all;
    for (const MarkdownCell& cell : cells) all.push_back(cell.text);
    return all;
}

/// The texts of the rows of the only table, the header first.
std::vector<std::vector<std::string>> grid_of(const std::string& markdown) {
    const auto tables = parse(markdown);
    if (tables.size() != 1) return {{std::to_string(tables.size()) + " tables"}};
    std::vector<std::vector<std::string>> rows{texts(tables[0].header)};
    for (const MarkdownRow& row : tables[0].rows) rows.push_back(texts(row.cells));
    return rows;
}

using Row = std::vector<std::string>;

TEST(HtmlTable, RowsHaveLinesAndLinksWithTexts) {
    const auto tables = parse(
        "# Models\n"
        "<table align=\"center\">\n"
        "<thead><tr><th>Name</th><th>Link</th></tr></thead>\n"
        "<tbody>\n"
        "<tr>\n"
        "<td><b>Face</b>&nbsp;&amp; more</td>\n"
        "<td><a href=\"a.onnx\">FP<sub>32</sub></a> <A HREF='b%20c.onnx?x=1&amp;y'>INT8</A></td>\n"
        "</tr>\n"
        "</tbody>\n"
        "</table>\n");
    ASSERT_EQ(tables.size(), 1u);
    EXPECT_EQ(tables[0].line, 2);
    EXPECT_THAT(texts(tables[0].header), ElementsAre("Name", "Link"));
    ASSERT_EQ(tables[0].rows.size(), 1u);
    EXPECT_EQ(tables[0].rows[0].line, 5);
    EXPECT_EQ(tables[0].rows[0].cells[0].text, "Face & more");
    const MarkdownCell& links = tables[0].rows[0].cells[1];
    EXPECT_THAT(links.links, ElementsAre("a.onnx", "b%20c.onnx?x=1&y"));
    EXPECT_THAT(links.link_texts, ElementsAre("FP32", "INT8"));
}

TEST(HtmlTable, TheHeaderIsTheHeadOrRowsOfHeaderCellsOrTheFirstRow) {
    const std::vector<Row> expected{{"A", "B"}, {"1", "2"}};
    EXPECT_EQ(grid_of("<table><thead><tr><td>A<td>B</thead><tr><td>1<td>2</table>"), expected);
    EXPECT_EQ(grid_of("<table><tr><th>A<th>B<tr><td>1<td>2</table>"), expected);
    EXPECT_EQ(grid_of("<table><tr><td>A<td>B<tr><td>1<td>2</table>"), expected);
    // The first cell of a row may be a header too.
    EXPECT_EQ(grid_of("<table><tr><th>A<th>B<tr><th>1<td>2</table>"), expected);
    const std::vector<Row> grouped{{"Name", "top1", "top5"}, {"x", "1", "2"}};
    EXPECT_EQ(grid_of("<table><tr><th rowspan=2>Name<th colspan=2>Accuracy<tr><th>top1<th>top5"
                      "<tr><td>x<td>1<td>2</table>"),
              grouped);
}

TEST(HtmlTable, MissingEndTagsAreAdded) {
    const std::vector<Row> expected{{"A", "B"}, {"1", "2"}, {"3", ""}};
    EXPECT_EQ(grid_of("<table><tr><th>A<th>B<tr><td>1<td>2<tr><td>3"), expected);
    EXPECT_EQ(grid_of("<table><th>A</th><th>B</th></tr><td>1</td><td>2</td></tr><td>3</td></tr>"),
              expected);
    EXPECT_EQ(grid_of("<table><tr><th>A<th>B<tr></tr><tr><td>1<td>2</tr></tr><tr><td>3</table>"),
              expected);
}

TEST(HtmlTable, SpansOccurAtEachPlace) {
    EXPECT_EQ(grid_of("<table><tr><th>A<th>B<th>C"
                      "<tr><td rowspan=2>x<td>1<td>2"
                      "<tr><td>3<td>4"
                      "<tr><td colspan=2>y<td>5"
                      "<tr><td>z<td rowspan=0>6<td>7"
                      "<tr><td>u<td>8</table>"),
              (std::vector<Row>{{"A", "B", "C"},
                                {"x", "1", "2"},
                                {"x", "3", "4"},
                                {"y", "y", "5"},
                                {"z", "6", "7"},
                                {"u", "6", "8"}}));
    EXPECT_EQ(grid_of("<table><tr><th>A<tr><td rowspan=-1>1<tr><td colspan=x>2</table>"),
              (std::vector<Row>{{"A"}, {"1"}, {"2"}}));
}

TEST(HtmlTable, MarkupOfCellsSeparatesWords) {
    EXPECT_EQ(grid_of("<table><tr><td>a<br>b</p><p>c<ul><li>d<li>e</ul>"
                      "<img src=\"x.png\" alt=\"no text\"><!-- <td>no cell -->"
                      "<script>if (a<b) '<td>'</script> 1 < 2 <3 </table>"),
              (std::vector<Row>{{"a b c d e 1 < 2 <3"}}));
}

TEST(HtmlTable, CodeAndCommentsAreNoTables) {
    const char* documents[] = {
        "```html\n<table><tr><td>x</table>\n```\n",
        "~~~\n```\n<table><tr><td>x</table>\n~~~\n",
        "> ```\n> <table><tr><td>x</table>\n",
        "Write `<table><tr><td>` for a table.\n",
        "<!-- <table><tr><td>x</table> -->\n",
        "<script>\"<table><tr><td>x</table>\"</script>\n",
        "<tables><tr><td>x</tables>\n",
        "<table\n",
        "<table \"",
    };
    for (const char* document : documents) EXPECT_THAT(parse(document), IsEmpty()) << document;
    EXPECT_EQ(parse("```\n```\n<table><tr><td>x</table>\n").size(), 1u);
    EXPECT_EQ(parse("`a` `b` <table><tr><td>x</table>\n").size(), 1u);
}

TEST(HtmlTable, ATableInsideOfACellIsOneOfItsOwn) {
    const auto tables =
        parse("<table><tr><td>a\n<table><tr><td>1<tr><td>2</table>b</td><td>c</td></tr></table>");
    ASSERT_EQ(tables.size(), 2u);
    EXPECT_EQ(tables[0].line, 2);
    EXPECT_THAT(texts(tables[0].header), ElementsAre("1"));
    EXPECT_EQ(tables[1].line, 1);
    EXPECT_THAT(texts(tables[1].header), ElementsAre("a b", "c"));
}

TEST(HtmlTable, TextIsValidUtf8) {
    EXPECT_EQ(grid_of("<table><tr><td>\xffx&#xd800;</table>"),
              (std::vector<Row>{{"\xef\xbf\xbdx\xef\xbf\xbd"}}));
}

TEST(HtmlTable, LimitsAreReportedAtTheTable) {
    std::string wide = "\n<table>";
    for (int i = 0; i < 100; ++i) wide += "<tr><td colspan=1000 rowspan=65534>x";
    std::string large = "\n<table><tr><td colspan=1000>" + std::string(100'000, 'x') + "</table>";
    std::string deep = "\n";
    for (int i = 0; i < 17; ++i) deep += "<table><tr><td>";
    std::string many = "\n<table>\n";
    for (int i = 0; i < 500'001; ++i) many += "<tr><td>";
    for (const std::string& document : {wide, large, deep, many}) {
        Diagnostics diagnostics;
        EXPECT_THAT(parse_html_tables(document, "README.md", diagnostics).size(), testing::Le(1u));
        ASSERT_EQ(diagnostics.all().size(), 1u) << document.substr(0, 40);
        EXPECT_EQ(diagnostics.all()[0].rule, "readme-too-complex");
        EXPECT_GE(diagnostics.all()[0].line, 2);
    }
}

TEST(HtmlTable, TimeIsInProportionToTheDocument) {
    // Each of these would take minutes with a scan from every tag to the end.
    const char* pieces[] = {"<table></table>", "<a \"", "<a '\"", "<a \"<b' ",  "<!--", "<!",
                            "<script>",        "<a",    "`",      "<table `\"", "<td "};
    for (const char* piece : pieces) {
        std::string document = "<table>";
        while (document.size() < (1u << 20)) document += piece;
        Diagnostics diagnostics;
        parse_html_tables(document, "README.md", diagnostics);
    }
}

}  // namespace
}  // namespace onnxhub
