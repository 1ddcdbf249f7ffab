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

std::string github(const ValidationReport& report) {
    return render(report, ReportFormat::github, sample_options());
}

ValidationReport report_of(int errors, int warnings, int notes) {
    ValidationReport report;
    const auto add = [&](int count, Severity severity) {
        for (int i = 0; i < count; ++i) {
            report.findings.push_back(sample_finding(severity, "rule", "file", i + 1));
        }
    };
    add(notes, Severity::note);
    add(warnings, Severity::warning);
    add(errors, Severity::error);
    return report;
}

int count_lines(const std::string& text, const std::string& begin) {
    int count = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) count += line.starts_with(begin) ? 1 : 0;
    return count;
}

TEST(GithubReport, IsThisDocument) {
    EXPECT_EQ(
        github(sample_report()),
        R"doc(::error file=ONNX_HUB_MANIFEST.json,line=12,col=8,endColumn=14,title=model-sha-differs::model_sha is 1111, the file has 2222; run `onnxhub validate --fix`
::error file=a\x0a%3A%3Aerror%3A%3Ab%2Cc%25|`<i>@me [x](y).md,line=3,col=4,title=path-unsafe::'\x1b[31m#\x23[add-mask]@team #1 <script>&amp; https://evil.example\xff' ]]>; [click](javascript:x) | **now**\x0d\x0a::warning::
::warning file=ONNX_HUB_MANIFEST.json,title=order-differs::entries are not in order
onnxhub: 12 not checked by graph-opset-differs: not downloaded
onnxhub: ::notice:: 2 findings of the baseline are fixed\x0a::error::x
onnxhub: 2 errors, 1 warning in 2 files; checked 189 entries, 1 row, 373 files
)doc");
}

TEST(GithubReport, TellsTheWorstFirst) {
    const std::string text = github(report_of(1, 1, 1));
    EXPECT_THAT(text, StartsWith("::error "));
    EXPECT_LT(text.find("::warning "), text.find("::notice "));
}

TEST(GithubReport, HasTenOfEachLevelWithoutARest) {
    const std::string text = github(report_of(10, 10, 10));
    EXPECT_EQ(count_lines(text, "::error "), 10);
    EXPECT_EQ(count_lines(text, "::warning "), 10);
    EXPECT_EQ(count_lines(text, "::notice "), 10);
    EXPECT_THAT(text, Not(HasSubstr("more")));
}

TEST(GithubReport, TellsHowManyMoreThereAre) {
    const std::string text = github(report_of(11, 12, 0));
    EXPECT_EQ(count_lines(text, "::error "), 10);
    EXPECT_EQ(count_lines(text, "::warning "), 10);
    EXPECT_EQ(count_lines(text, "::notice "), 1);
    EXPECT_THAT(text, HasSubstr("::and 3 more (1 error, 2 warnings) than GitHub shows"));
}

TEST(GithubReport, KeepsOneOfTheTenNoticesForTheRest) {
    const std::string text = github(report_of(11, 0, 10));
    EXPECT_EQ(count_lines(text, "::notice "), 10);
    EXPECT_THAT(text, HasSubstr("::and 2 more (1 error, 1 note) than"));
    EXPECT_EQ(count_lines(github(report_of(0, 0, 11)), "::notice "), 10);
}

TEST(GithubReport, EscapesAsTheToolkitDoes) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::error, "rule", "a%0A:,b", 1)};
    report.findings[0].message = "100%0A: x, y";
    EXPECT_THAT(github(report),
                StartsWith("::error file=a%250A%3A%2Cb,line=1,title=rule::100%250A: x, y\n"));
}

TEST(GithubReport, HasNoCommandsButItsOwn) {
    ValidationReport report;
    const std::string attack = "::error::x\n::error::y\r##[error]z\u2028::error::";
    report.findings = {sample_finding(Severity::error, attack, attack, 1)};
    report.findings[0].message = report.findings[0].hint = attack;
    report.unchecked = {{attack, 1, attack}};
    report.notices = {attack};
    const std::string text = github(report);
    EXPECT_EQ(count_lines(text, "::"), 1);
    EXPECT_EQ(count_lines(text, "onnxhub: ") + 1, count_lines(text, ""));
    EXPECT_THAT(text, Not(HasSubstr("##[")));
    EXPECT_THAT(text, Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace onnxhub
