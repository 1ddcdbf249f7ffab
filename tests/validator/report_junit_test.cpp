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
    EXPECT_EQ(junit(sample_report()), R"doc(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="onnxhub validate" tests="4" failures="2" errors="0" skipped="1">
  <testsuite name="files" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="onnxhub.files" name="model-sha-differs">
      <failure type="error" message="1 error">- ONNX_HUB_MANIFEST.json:12:8: error: model_sha is 1111, the file has 2222; run `onnxhub validate --fix`
</failure>
    </testcase>
  </testsuite>
  <testsuite name="document" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="onnxhub.document" name="order-differs">
      <system-out>- ONNX_HUB_MANIFEST.json: warning: entries are not in order
</system-out>
    </testcase>
    <testcase classname="onnxhub.document" name="path-unsafe">
      <failure type="error" message="1 error">- a\x0a::error::b,c%|`&lt;i&gt;@me [x](y).md:3:4: error: &apos;\x1b[31m#&#35;[add-mask]@team #1 &lt;script&gt;&amp;amp; https://evil.example\xff&apos; ]]&gt;; [click](javascript:x) | **now**\x0d\x0a::warning::
</failure>
    </testcase>
  </testsuite>
  <testsuite name="graph" tests="1" failures="0" errors="0" skipped="1">
    <testcase classname="onnxhub.graph" name="graph-opset-differs">
      <skipped message="12 not checked: not downloaded"/>
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

TEST(JunitReport, ListsRulesThatPass) {
    const std::string text = junit({});
    EXPECT_THAT(text, HasSubstr("tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"0\""));
    EXPECT_THAT(text, HasSubstr("name=\"path-unsafe\"/>"));
}

TEST(JunitReport, WarningsDoNotFailACase) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::warning, "order-differs", "file", 1)};
    EXPECT_THAT(junit(report), Not(HasSubstr("<failure")));
    EXPECT_THAT(junit(report), HasSubstr("file:1: warning: wrong"));
}

TEST(JunitReport, KeepsFindingsOfUnknownRules) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::error, "new-rule", "file", 1)};
    EXPECT_THAT(junit(report),
                HasSubstr("<testcase classname=\"onnxhub.other\" name=\"new-rule\">"));
}

TEST(JunitReport, ReplacesWhatXmlForbids) {
    ValidationReport report;
    report.notices = {std::string("a\0b\x0b\uffff\ufffe<&>\"'", 15)};
    EXPECT_THAT(junit(report), HasSubstr("a\\x00b\\x0b\ufffd\ufffd&lt;&amp;&gt;&quot;&apos;\n"));
}

TEST(JunitReport, ListsFiveHundredFindingsOfARule) {
    ValidationReport report;
    report.findings.assign(502, sample_finding(Severity::error, "order-differs", "file", 1));
    EXPECT_THAT(junit(report), HasSubstr("message=\"502 errors\""));
    EXPECT_THAT(junit(report), HasSubstr("- and 2 more\n"));
}

}  // namespace
}  // namespace onnxhub
