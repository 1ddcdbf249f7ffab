// SPDX-License-Identifier: Apache-2.0
#include "validator/finding_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "tests/support/hub_files.h"

namespace onnxhub::test {
namespace {

constexpr const char* digits_readme = "vision/digits/README.md";

void replace_first(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) throw std::runtime_error("no such text: " + from);
    text.replace(at, from.size(), to);
}

std::optional<std::string> cell(const std::string& line, int number) {
    const auto region = cell_region(line, number);
    if (!region) return std::nullopt;
    return line.substr(region->begin, region->end - region->begin);
}

std::optional<std::string> member(const std::string& line, const std::string& name) {
    const auto region = member_region(line, name);
    if (!region) return std::nullopt;
    return line.substr(region->begin, region->end - region->begin);
}

TEST(CellRegion, IsTheTextBetweenTheBars) {
    EXPECT_EQ(cell("| MNIST | [26 KB](m.onnx) | 1.3 |", 1), "MNIST");
    EXPECT_EQ(cell("| MNIST | [26 KB](m.onnx) | 1.3 |", 2), "[26 KB](m.onnx)");
    EXPECT_EQ(cell("| MNIST | [26 KB](m.onnx) | 1.3 |", 3), "1.3");
    EXPECT_EQ(cell("|MNIST|[26 KB](m.onnx)|1.3|", 3), "1.3");
}

TEST(CellRegion, OuterBarsMayBeMissing) {
    EXPECT_EQ(cell("MNIST | 1.3", 1), "MNIST");
    EXPECT_EQ(cell("MNIST | 1.3", 2), "1.3");
    EXPECT_EQ(cell("MNIST | 1.3\r", 2), "1.3");
}

TEST(CellRegion, EscapedBarsBelongToTheCell) {
    EXPECT_EQ(cell(R"(| a\|b | c |)", 1), R"(a\|b)");
    EXPECT_EQ(cell(R"(| a\|b | c |)", 2), "c");
    EXPECT_EQ(cell(R"(| a | b\)", 2), R"(b\)");
}

TEST(CellRegion, AnEmptyCellIsTheSpaceBetweenItsBars) {
    EXPECT_EQ(cell("| a |   | b |", 2), "   ");
    EXPECT_EQ(cell("| a || b |", 2), "||");
    EXPECT_EQ(cell("|| b |", 1), "||");
}

TEST(CellRegion, ReadsRowsInQuotes) {
    EXPECT_EQ(cell("> | a | b |", 1), "a");
    EXPECT_EQ(cell("  >  > | a | b |", 2), "b");
}

TEST(CellRegion, IsNothingWithoutTheCell) {
    EXPECT_EQ(cell("| a | b |", 3), std::nullopt);
    EXPECT_EQ(cell("| a | b |  ", 3), std::nullopt);
    EXPECT_EQ(cell("| a | b |", 0), std::nullopt);
    EXPECT_EQ(cell("<td>a</td>", 1), std::nullopt);
    EXPECT_EQ(cell("", 1), std::nullopt);
}

TEST(MemberRegion, IsTheValue) {
    EXPECT_EQ(member(R"(  "opset_version": 12,)", "opset_version"), "12");
    EXPECT_EQ(member(R"("a": "x \" y", "b": 1)", "a"), R"("x \" y")");
    EXPECT_EQ(member(R"({"a" : true})", "a"), "true");
    EXPECT_EQ(member(R"("a": null)", "a"), "null");
}

TEST(MemberRegion, IsTheKeyOfAValueOnOtherLines) {
    EXPECT_EQ(member(R"("metadata": {)", "metadata"), R"("metadata")");
    EXPECT_EQ(member(R"("tags": [)", "tags"), R"("tags")");
    EXPECT_EQ(member(R"("model":)", "model"), R"("model")");
    EXPECT_EQ(member(R"("model": "cut off)", "model"), R"("model")");
}

TEST(MemberRegion, IsNothingUnlessTheLineHasOneSuchMember) {
    EXPECT_EQ(member(R"("a": 1, "a": 2)", "a"), std::nullopt);
    EXPECT_EQ(member(R"("b": "a")", "a"), std::nullopt);
    EXPECT_EQ(member("", "a"), std::nullopt);
}

/// What a finding marks, after the hub was damaged.
struct Mark {
    const char* rule;
    std::function<void(HubFiles&)> damage;
    std::string text;
};

std::function<void(HubFiles&)> in_readme(const std::string& from, const std::string& to) {
    return [=](HubFiles& hub) { replace_first(hub.files.at(digits_readme), from, to); };
}

std::function<void(HubFiles&)> in_manifest(const std::string& from, const std::string& to) {
    return [=](HubFiles& hub) { replace_first(hub.manifest(), from, to); };
}

TEST(FindingRegion, TheCellOrValueIsMarked) {
    const Mark marks[] = {
        {"row-file-missing", in_readme("(model/mnist-12.onnx)", "(model/mnist-x.onnx)"),
         "(model/mnist-x.onnx)"},
        {"row-archive-missing", in_readme("(model/mnist-12.tar.gz)", "(model/mnist-x.tar.gz)"),
         "(model/mnist-x.tar.gz)"},
        {"row-absolute-url", in_readme("(model/mnist-12.onnx)", "(https://a.b/mnist-12.onnx)"),
         "(https://a.b/mnist-12.onnx)"},
        {"row-bad-opset", in_readme("| 1.7 | 12 |", "| 1.7 | twelve |"), "twelve"},
        {"row-bad-version", in_readme("| 1.7 | 12 |", "| 1,7 | 12 |"), "1,7"},
        {"folder-no-readme",
         [](HubFiles& hub) {
             replace_first(hub.files.at("README.md"), "(vision/digits)", "(vision/digts)");
         },
         "(vision/digts)"},
        {"entry-opset-differs", in_manifest("\"opset_version\": 8", "\"opset_version\": 9"), "9"},
        {"entry-tags-differ", in_manifest("\"tags\": [", "\"tags\": [\"x\", "), "\"tags\""},
    };
    for (const Mark& mark : marks) {
        HubFiles hub = healthy_hub();
        mark.damage(hub);
        bool found = false;
        for (const Finding& finding : validate_files(hub)) {
            if (finding.rule != mark.rule) continue;
            found = true;
            const auto begin = static_cast<std::size_t>(finding.column) - 1;
            ASSERT_GT(finding.column, 0) << mark.rule;
            const std::string text = finding.source_line.substr(
                begin, static_cast<std::size_t>(finding.end_column - finding.column));
            EXPECT_THAT(text, testing::HasSubstr(mark.text)) << finding.source_line;
            EXPECT_LT(text.size(), mark.text.size() + 16) << text;
        }
        EXPECT_TRUE(found) << mark.rule;
    }
}

}  // namespace
}  // namespace onnxhub::test
