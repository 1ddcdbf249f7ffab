// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "manifest/json.h"
#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

TEST(JsonReport, IsThisDocument) {
    EXPECT_EQ(render(sample_report(), ReportFormat::json, sample_options()), R"doc({
    "version": 1,
    "tool": {
        "name": "onnxhub",
        "version": "1.2.3"
    },
    "summary": {
        "errors": 2,
        "warnings": 1,
        "notes": 0,
        "files_with_findings": 2,
        "entries_checked": 189,
        "rows_checked": 1,
        "files_checked": 373
    },
    "findings": [
        {
            "rule": "model-sha-differs",
            "severity": "error",
            "message": "model_sha is 1111, the file has 2222",
            "hint": "run `onnxhub validate --fix`",
            "file": "ONNX_HUB_MANIFEST.json",
            "line": 12,
            "column": 12,
            "end_column": 18,
            "subject": "ResNet18 (opset 7)",
            "fingerprint": "231d91fbd64c7a08"
        },
        {
            "rule": "order-differs",
            "severity": "warning",
            "message": "entries are not in order",
            "file": "ONNX_HUB_MANIFEST.json",
            "fingerprint": "c88727af42280d63"
        },
        {
            "rule": "path-unsafe",
            "severity": "error",
            "message": "'\u001b[31m#\u0023[add-mask]@team #1 <script>&amp; https://evil.example\ufffd' ]]>",
            "hint": "[click](javascript:x) | **now**\r\n::warning::",
            "file": "a\n::error::b,c%|`<i>@me [x](y).md",
            "line": 3,
            "column": 4,
            "fingerprint": "62b68fea34f7f28a"
        }
    ],
    "unchecked": [
        {
            "rule": "graph-opset-differs",
            "count": 12,
            "reason": "not downloaded"
        }
    ],
    "notices": [
        "::notice:: 2 findings of the baseline are fixed\n::error::x"
    ],
    "files": []
}
)doc");
}

TEST(JsonReport, IsWholeWithoutFindings) {
    const auto document = parse_json(render({}, ReportFormat::json, {}));
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(document));
    const JsonValue& root = std::get<JsonDocument>(document).root;
    for (const char* key : {"findings", "unchecked", "notices"}) {
        ASSERT_TRUE(root.find(key)) << key;
        EXPECT_TRUE(root.find(key)->array()->empty()) << key;
    }
    EXPECT_EQ(root.find("version")->integer(), 1);
}

TEST(JsonReport, GivesBackHostileNamesUnchanged) {
    const auto document = parse_json(render(sample_report(), ReportFormat::json, {}));
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(document));
    const JsonArray& findings = *std::get<JsonDocument>(document).root.find("findings")->array();
    ASSERT_EQ(findings.size(), 3u);
    EXPECT_EQ(*findings[2].find("file")->string(), hostile_file);
    EXPECT_THAT(*findings[2].find("message")->string(), testing::HasSubstr("##[add-mask]"));
}

}  // namespace
}  // namespace onnxhub
