// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string junit(const ValidationReport& report) {
    return render(report, ReportFormat::junit, sample_options());
}

TEST(JunitReport, IsThisDocument) {
    ValidationReport report = sample_report();
    report.files = {"ONNX_HUB_MANIFEST.json", "model/a&b.onnx"};
    report.folder = "hub";
    EXPECT_EQ(junit(report), R"doc(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="onnxhub validate" tests="4" failures="2" errors="0" skipped="1">
  <testsuite name="onnxhub validate" tests="4" failures="2" errors="0" skipped="1">
    <testcase classname="onnxhub" name="ONNX_HUB_MANIFEST.json" file="hub/ONNX_HUB_MANIFEST.json">
      <failure type="error" message="1 error, 1 warning">- ONNX_HUB_MANIFEST.json:12:8: error[model-sha-differs]: model_sha is 1111, the file has 2222; run `onnxhub validate --fix`
- ONNX_HUB_MANIFEST.json: warning[order-differs]: entries are not in order
</failure>
    </testcase>
    <testcase classname="onnxhub" name="a\x0a::error::b,c%|`&lt;i&gt;@me [x](y).md" file="hub/a\x0a::error::b,c%|`&lt;i&gt;@me [x](y).md">
      <failure type="error" message="1 error">- a\x0a::error::b,c%|`&lt;i&gt;@me [x](y).md:3:4: error[path-unsafe]: &apos;\x1b[31m#&#35;[add-mask]@team #1 &lt;script&gt;&amp;amp; https://evil.example\xff&apos; ]]&gt;; [click](javascript:x) | **now**\x0d\x0a::warning::
</failure>
    </testcase>
    <testcase classname="onnxhub" name="model/a&amp;b.onnx" file="hub/model/a&amp;b.onnx"/>
    <testcase classname="onnxhub" name="skipped checks">
      <skipped message="not downloaded"/>
      <system-out>- 12 not checked by graph-opset-differs: not downloaded
</system-out>
    </testcase>
    <system-out>notice: ::notice:: 2 findings of the baseline are fixed\x0a::error::x
2 errors, 1 warning in 2 files; checked 189 entries, 1 row, 373 files
</system-out>
  </testsuite>
</testsuites>
)doc");
}

TEST(JunitReport, HasACaseForEachCheckedFile) {
    ValidationReport report;
    report.files = {"README.md", "model/mnist.onnx"};
    const std::string text = junit(report);
    EXPECT_THAT(text, HasSubstr("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"0\""));
    EXPECT_THAT(text, HasSubstr("name=\"model/mnist.onnx\" file=\"model/mnist.onnx\"/>"));
}

TEST(JunitReport, WarningsDoNotFailACase) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::warning, "order-differs", "file", 1)};
    EXPECT_THAT(junit(report), Not(HasSubstr("<failure")));
    EXPECT_THAT(junit(report), HasSubstr("file:1: warning[order-differs]: wrong"));
}

TEST(JunitReport, FindingsWithoutAFileAreACase) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::error, "new-rule", "", 0)};
    EXPECT_THAT(junit(report),
                HasSubstr("<testcase classname=\"onnxhub\" name=\"the repository\">"));
}

TEST(JunitReport, ItsListsEndAtTwentyMegabytes) {
    ValidationReport report;
    for (int i = 0; i < 60; ++i) {
        Finding finding = sample_finding(Severity::error, "order-differs", std::to_string(i), 1);
        finding.message = std::string(2000, 'x');
        report.findings.insert(report.findings.end(), 400, finding);
    }
    const std::string text = junit(report);
    EXPECT_LT(text.size(), 20'100'000u);
    EXPECT_GT(text.size(), 19'000'000u);
    EXPECT_THAT(text, HasSubstr("failures=\"60\""));
    EXPECT_THAT(text, HasSubstr("- the formats text and json list the findings"));
}

TEST(JunitReport, ReplacesWhatXmlForbids) {
    ValidationReport report;
    report.notices = {std::string("a\0b\x0b\uffff\ufffe<&>\"'", 15)};
    EXPECT_THAT(junit(report), HasSubstr("a\\x00b\\x0b\ufffd\ufffd&lt;&amp;&gt;&quot;&apos;\n"));
}

TEST(JunitReport, ListsFiveHundredFindingsOfAFile) {
    ValidationReport report;
    report.findings.assign(502, sample_finding(Severity::error, "order-differs", "file", 1));
    EXPECT_THAT(junit(report), HasSubstr("message=\"502 errors\""));
    EXPECT_THAT(junit(report), HasSubstr("- and 2 more\n"));
}

}  // namespace
}  // namespace onnxhub
