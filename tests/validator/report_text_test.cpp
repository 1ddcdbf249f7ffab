// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string text_of(const Finding& finding) {
    ValidationReport report;
    report.findings = {finding};
    return render(report, ReportFormat::text, {});
}

/// The source line and the carets below it.
std::string excerpt_of(std::string source_line, int column, int end_column) {
    Finding finding = sample_finding(Severity::error, "rule", "file", 7);
    finding.source_line = std::move(source_line);
    finding.column = column;
    finding.end_column = end_column;
    const std::string text = text_of(finding);
    const std::size_t begin = text.find("\n7 | ") + 1;
    const std::size_t end = text.find("\n", text.find('\n', begin) + 1);
    return text.substr(begin, end - begin);
}

TEST(TextReport, IsThisDocument) {
    EXPECT_EQ(render(sample_report(), ReportFormat::text, sample_options()),
              R"doc(In ONNX_HUB_MANIFEST.json: 1 error, 1 warning

error[model-sha-differs]: model_sha is 1111, the file has 2222
  --> ONNX_HUB_MANIFEST.json:12:8
   |
12 |     "模型": "1111",
   |             ^^^^^^
   = help: run `onnxhub validate --fix`

warning[order-differs]: entries are not in order
 --> ONNX_HUB_MANIFEST.json

In a\x0a::error::b,c%|`<i>@me [x](y).md: 1 error

error[path-unsafe]: '\x1b[31m#\x23[add-mask]@team #1 <script>&amp; https://evil.example\xff' ]]>
 --> a\x0a::error::b,c%|`<i>@me [x](y).md:3:4
  |
3 | #\x23[error]x\x1b[2J
  |       ^^^^^^^^^^^^^^
  = help: [click](javascript:x) | **now**\x0d\x0a::warning::

12 not checked by graph-opset-differs: not downloaded

notice: ::notice:: 2 findings of the baseline are fixed\x0a::error::x

2 errors, 1 warning in 2 files; checked 189 entries, 1 row, 373 files
)doc");
}

TEST(TextReport, SkippedChecksAreOneLine) {
    ValidationReport report;
    report.unchecked = {
        {"r1", 12, "not downloaded"}, {"r2", 3, "too\nnew"}, {"r3", 13, "not downloaded"}};
    EXPECT_THAT(render(report, ReportFormat::text, {}),
                testing::StartsWith("skipped checks: not downloaded (13, by 2 rules), "
                                    "too\\x0anew (3, by 1 rule); --verbose lists them\n\n"));
    ReportOptions verbose;
    verbose.verbose = true;
    EXPECT_THAT(render(report, ReportFormat::text, verbose),
                testing::StartsWith("12 not checked by r1: not downloaded\n"
                                    "3 not checked by r2: too\\x0anew\n"
                                    "13 not checked by r3: not downloaded\n\n"));
}

TEST(TextReport, SaysThatThereIsNothing) {
    EXPECT_EQ(render({}, ReportFormat::text, {}),
              "no findings; checked 0 entries, 0 rows, 0 files\n");
}

TEST(TextReport, TellsFindingsOfAFileTogether) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::error, "r1", "b", 1),
                       sample_finding(Severity::error, "r2", "a", 1),
                       sample_finding(Severity::note, "r3", "b", 2)};
    const std::string text = render(report, ReportFormat::text, {});
    EXPECT_LT(text.find("In a: 1 error"), text.find("In b: 1 error, 1 note"));
    EXPECT_LT(text.find("[r1]"), text.find("[r3]"));
}

TEST(TextReport, HasColoursOnlyWhenAsked) {
    ReportOptions options = sample_options();
    EXPECT_THAT(render(sample_report(), ReportFormat::text, options), Not(HasSubstr("\x1b")));
    options.color = true;
    const std::string text = render(sample_report(), ReportFormat::text, options);
    EXPECT_THAT(text, HasSubstr("\x1b[1;31merror[model-sha-differs]\x1b[0m"));
    EXPECT_THAT(text, HasSubstr("\x1b[1;33mwarning[order-differs]\x1b[0m"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b[31m")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
}

TEST(TextReport, TellsOnceWhyARuleMattersWhenVerbose) {
    ReportOptions options = sample_options();
    ValidationReport report = sample_report();
    report.findings.push_back(report.findings.front());
    options.verbose = true;
    const std::string text = render(report, ReportFormat::text, options);
    const std::size_t first = text.find("= why: The model cannot be loaded.");
    EXPECT_NE(first, text.npos);
    EXPECT_EQ(text.find("= why: The model", first + 1), text.npos);
}

TEST(TextReport, MarksTheRegion) {
    EXPECT_EQ(excerpt_of("abcdef", 3, 5), "7 | abcdef\n  |   ^^");
    EXPECT_EQ(excerpt_of("abcdef", 3, 0), "7 | abcdef\n  |   ^^^^");
    EXPECT_EQ(excerpt_of("  abc  ", 0, 0), "7 |   abc  \n  |   ^^^");
    EXPECT_EQ(excerpt_of("abc\r\n", 2, 0), "7 | abc\n  |  ^^");
}

TEST(TextReport, MarksSomethingWhereverTheRegionIs) {
    EXPECT_EQ(excerpt_of("abc", 4, 5), "7 | abc\n  |    ^");
    EXPECT_EQ(excerpt_of("abc", 400, 500), "7 | abc\n  |    ^");
    EXPECT_EQ(excerpt_of("abc", 2, 1), "7 | abc\n  |  ^^");
    EXPECT_EQ(excerpt_of("   ", 0, 0), "7 |    \n  | ^");
}

TEST(TextReport, AlignsTabsWideAndCombiningCharacters) {
    EXPECT_EQ(excerpt_of("\tab", 2, 3), "7 |     ab\n  |     ^");
    EXPECT_EQ(excerpt_of("\u6a21ab", 4, 5), "7 | \u6a21ab\n  |   ^");
    EXPECT_EQ(excerpt_of("a\u6a21b", 2, 5), "7 | a\u6a21b\n  |  ^^");
    EXPECT_EQ(excerpt_of("e\u0301ab", 4, 5), "7 | e\u0301ab\n  |  ^");
    EXPECT_EQ(excerpt_of("\u00e9ab", 3, 4), "7 | \u00e9ab\n  |  ^");
    EXPECT_EQ(excerpt_of("\xff\x1b"
                         "a",
                         3, 4),
              "7 | \\xff\\x1ba\n  |         ^");
    EXPECT_EQ(excerpt_of("a\u6a21b", 3, 5), "7 | a\u6a21b\n  |  ^^");  // inside a character
}

TEST(TextReport, CutsALongLineAroundTheRegion) {
    const std::string before(1'000'000, 'a');
    const std::string after(1'000'000, 'b');
    EXPECT_EQ(excerpt_of(before + "XX" + after, 1'000'001, 1'000'003),
              "7 | \u2026" + std::string(32, 'a') + "XX" + std::string(61, 'b') + "\u2026\n  | " +
                  std::string(33, ' ') + "^^");
    EXPECT_EQ(excerpt_of("XX" + after, 1, 3), "7 | XX" + std::string(94, 'b') + "\u2026\n  | ^^");
    EXPECT_EQ(excerpt_of(before + "XX", 1'000'001, 0),
              "7 | \u2026" + std::string(32, 'a') + "XX\n  | " + std::string(33, ' ') + "^^");
}

TEST(TextReport, ShowsALineOfJustTheWidthWhole) {
    const std::string line(96, 'a');
    EXPECT_EQ(excerpt_of(line, 95, 96), "7 | " + line + "\n  | " + std::string(94, ' ') + "^");
}

TEST(TextReport, CutsEndlessMessages) {
    Finding finding = sample_finding(Severity::error, "rule", "file", 1);
    for (int i = 0; i < 10'000; ++i) finding.message += "\u6a21";
    const std::string text = text_of(finding);
    EXPECT_LT(text.size(), 2'500u);
    EXPECT_THAT(text, HasSubstr("\u6a21\u2026\n"));
    EXPECT_THAT(text, Not(HasSubstr("\\x")));
}

TEST(TextReport, GivesAWorkflowNoCommands) {
    Finding finding = sample_finding(Severity::error, "::error::", "::error::", 1);
    finding.message = finding.hint = finding.source_line = "::error::##[error]";
    std::istringstream lines(text_of(finding));
    for (std::string line; std::getline(lines, line);) {
        line.erase(0, line.find_first_not_of(" \t"));
        EXPECT_THAT(line, Not(StartsWith("::")));
        EXPECT_THAT(line, Not(HasSubstr("##[")));
    }
}

}  // namespace
}  // namespace onnxhub
