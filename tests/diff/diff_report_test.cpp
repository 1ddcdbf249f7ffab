// SPDX-License-Identifier: Apache-2.0
#include "diff/diff_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = ModelChange::Kind;

DiffReport sample() {
    DiffReport report{"main", "HEAD", {}};
    report.diff.models = {
        {Kind::added, "a.onnx", "", {{"opset", "", "13"}}, "its graph is not shown: gone"},
        {Kind::changed, "b.onnx", "", {{"opset", "7", "8"}, {"operator Conv", "", "3"}}, ""},
        {Kind::moved, "d.onnx", "c.onnx", {}, ""},
        {Kind::identical, "e.onnx", "", {}, ""},
        {Kind::removed, "f.onnx", "", {{"opset", "7", ""}}, ""},
    };
    report.diff.unchanged = 3;
    return report;
}

JsonValue parse(const std::string& text) {
    auto parsed = parse_json(text);
    return std::get<JsonDocument>(std::move(parsed)).root;
}

TEST(DiffReport, IsThisText) {
    EXPECT_EQ(render(sample(), DiffFormat::text), R"(added     a.onnx
  opset  13
  (its graph is not shown: gone)

changed   b.onnx
  opset          7 -> 8
  operator Conv  (none) -> 3

moved     d.onnx, was c.onnx (identical content)

identical e.onnx (identical content, stored by git in another form)

removed   f.onnx
  opset  7

main to HEAD: 1 added, 1 removed, 1 changed, 1 moved, 1 identical; 3 unchanged
)");
}

TEST(DiffReport, IsThisMarkdown) {
    EXPECT_EQ(render(sample(), DiffFormat::markdown),
              R"(### Models: 1 added, 1 removed, 1 changed, 1 moved, 1 identical; 3 unchanged

main to HEAD

| | model | what |
|---|---|---|
| changed | b.onnx | opset 7 → 8, operator Conv &#40;none&#41; → 3 |
| moved | d.onnx | was c.onnx |
| identical | e.onnx | identical content, stored by git in another form |
| removed | f.onnx | opset 7 |
| added | a.onnx | opset 13 |

#### changed: ` b.onnx `

| | before | after |
|---|---|---|
| opset | 7 | 8 |
| operator Conv |  | 3 |

#### removed: ` f.onnx `

| | |
|---|---|
| opset | 7 |

#### added: ` a.onnx `

its graph is not shown: gone

| | |
|---|---|
| opset | 13 |
)");
}

TEST(DiffReport, NotesAreInEachFormat) {
    DiffReport report = sample();
    report.diff.notes = {"the first parent is the base"};
    for (const DiffFormat format : {DiffFormat::text, DiffFormat::markdown, DiffFormat::json}) {
        EXPECT_THAT(render(report, format), HasSubstr("the first parent is the base"));
    }
    const auto read = parse_diff_report(parse(render(report, DiffFormat::json)));
    ASSERT_TRUE(std::holds_alternative<DiffReport>(read)) << std::get<std::string>(read);
    EXPECT_EQ(std::get<DiffReport>(read), report);
}

TEST(DiffReport, OneLargeModelHidesNoOther) {
    DiffReport report{"main", "HEAD", {}};
    ModelChange large{Kind::added, "a.onnx", "", {}, ""};
    for (int i = 0; i < 4'000; ++i) {
        large.fields.push_back({"input x" + std::to_string(i), "", "float[1,3,224,224]"});
    }
    report.diff.models = {large,
                          {Kind::moved, "b.onnx", "c.onnx", {}, ""},
                          {Kind::changed, "d.onnx", "", {{"opset", "7", "8"}}, ""}};
    const std::string text = render(report, DiffFormat::markdown);
    EXPECT_LE(text.size(), diff_comment_limit);
    EXPECT_THAT(text, HasSubstr("| added | a.onnx | "));
    EXPECT_THAT(text, HasSubstr("| moved | b.onnx | was c.onnx |"));
    EXPECT_THAT(text, HasSubstr("#### changed: ` d.onnx `\n\n| | before | after |"));
    EXPECT_THAT(text, HasSubstr("#### added: ` a.onnx `"));
    EXPECT_THAT(text, HasSubstr(" more ports\n"));
    EXPECT_THAT(text, Not(HasSubstr("do not fit")));
}

TEST(DiffReport, WhatMovedIsTableBeforeWhatIsNew) {
    DiffReport report{"main", "HEAD", {}};
    for (int i = 0; i < 2'000; ++i) {
        const std::string name = "very/long/folder/of/models/a" + std::to_string(i) + ".onnx";
        report.diff.models.push_back({Kind::added, name, "", {{"opset", "", "13"}}, ""});
    }
    for (int i = 0; i < 190; ++i) {
        const std::string name = "m" + std::to_string(i) + ".onnx";
        const FieldChange tags{"tags", std::string(200, 'a'), std::string(200, 'b')};
        report.diff.models.push_back({Kind::moved, name, "old/" + name, {tags}, ""});
    }
    const std::string text = render(report, DiffFormat::markdown);
    EXPECT_LE(text.size(), diff_comment_limit);
    EXPECT_THAT(text, HasSubstr("| moved | m189.onnx | was old/m189.onnx, 1 more |"));
    EXPECT_THAT(text, HasSubstr(" more models do not fit here"));
    EXPECT_THAT(text, HasSubstr("#### moved: "));
}

TEST(DiffReport, JsonIsReadBackAsItWas) {
    const auto read = parse_diff_report(parse(render(sample(), DiffFormat::json)));
    ASSERT_TRUE(std::holds_alternative<DiffReport>(read)) << std::get<std::string>(read);
    EXPECT_EQ(std::get<DiffReport>(read), sample());
}

TEST(DiffReport, OtherDocumentsAreRefused) {
    for (
        const char* text :
        {"[]", "{}", R"({"version": 2, "models": [], "unchanged": 0})",
         R"({"version": 1, "models": {}, "unchanged": 0})",
         R"({"version": 1, "models": [], "unchanged": -1})",
         R"({"version": 1, "notes": [1], "models": [], "unchanged": 0})",
         R"({"version": 1, "before": 1, "models": [], "unchanged": 0})",
         R"({"version": 1, "models": [{"change": "odd", "path": "a", "fields": []}], "unchanged": 0})",
         R"({"version": 1, "models": [{"change": "added", "fields": []}], "unchanged": 0})",
         R"({"version": 1, "models": [{"change": "added", "path": "a"}], "unchanged": 0})",
         R"({"version": 1, "models": [{"change": "added", "path": "a", "fields": [{}]}], "unchanged": 0})"}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_diff_report(parse(text)))) << text;
    }
}

TEST(DiffReport, MarkdownEndsBeforeTheLimitAndSaysSo) {
    DiffReport report = sample();
    for (int i = 0; i < 5'000; ++i) report.diff.models.push_back(report.diff.models[1]);
    const std::string text = render(report, DiffFormat::markdown);
    EXPECT_LE(text.size(), diff_comment_limit);
    EXPECT_THAT(text, HasSubstr("more models do not fit here"));
}

TEST(DiffReport, NamesAreText) {
    const std::string evil = "a|b\n::error::x ##[error] `<img> @team [x](http://e) \x1b[31m";
    DiffReport report{evil, evil, {}};
    report.diff.models = {{Kind::changed, evil, "", {{evil, evil, ""}}, evil},
                          {Kind::moved, evil, evil, {}, ""}};
    for (const DiffFormat format : {DiffFormat::text, DiffFormat::markdown, DiffFormat::json}) {
        const std::string text = render(report, format);
        EXPECT_THAT(text, Not(HasSubstr("\n::error")));
        EXPECT_THAT(text, Not(HasSubstr("\x1b")));
        EXPECT_THAT(text, Not(HasSubstr("##[")));
    }
    EXPECT_THAT(render(report, DiffFormat::markdown), Not(HasSubstr("| a|b")));
    EXPECT_THAT(render(report, DiffFormat::markdown), HasSubstr("#\u200b#[error]"));
}

}  // namespace
}  // namespace onnxhub
