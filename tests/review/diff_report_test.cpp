// SPDX-License-Identifier: Apache-2.0
#include "review/diff_report.h"

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

moved     d.onnx, was c.onnx (identical bytes)

identical e.onnx (identical bytes, git holds them in another form)

removed   f.onnx
  opset  7

main to HEAD: 1 added, 1 removed, 1 changed, 1 moved, 1 identical; 3 unchanged
)");
}

TEST(DiffReport, IsThisMarkdown) {
    EXPECT_EQ(render(sample(), DiffFormat::markdown),
              R"(### Models: 1 added, 1 removed, 1 changed, 1 moved, 1 identical; 3 unchanged

main to HEAD

#### added: ` a.onnx `

| | |
|---|---|
| opset | 13 |

its graph is not shown: gone

#### changed: ` b.onnx `

| | before | after |
|---|---|---|
| opset | 7 | 8 |
| operator Conv |  | 3 |

#### moved: ` d.onnx `

was ` c.onnx `, identical bytes


#### identical: ` e.onnx `

identical bytes, git holds them in another form


#### removed: ` f.onnx `

| | |
|---|---|
| opset | 7 |
)");
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
    EXPECT_THAT(text, HasSubstr("more models are left out here"));
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
        if (format == DiffFormat::markdown) continue;  // it goes into no log
        EXPECT_THAT(text, Not(HasSubstr("##[")));
    }
    EXPECT_THAT(render(report, DiffFormat::markdown), Not(HasSubstr("| a|b")));
}

}  // namespace
}  // namespace onnxhub
