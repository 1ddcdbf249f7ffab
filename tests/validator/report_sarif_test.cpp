// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "manifest/json.h"
#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

/// The only run of the document.
JsonValue run_of(const ValidationReport& report) {
    const auto document = parse_json(render(report, ReportFormat::sarif, sample_options()));
    if (!std::holds_alternative<JsonDocument>(document)) return {};
    return std::get<JsonDocument>(document).root.find("runs")->array()->front();
}

JsonValue location_of(const Finding& finding) {
    ValidationReport report;
    report.findings = {finding};
    const JsonValue run = run_of(report);
    const JsonValue& result = run.find("results")->array()->front();
    return *result.find("locations")->array()->front().find("physicalLocation");
}

ValidationReport report_of_size(std::size_t size) {
    ValidationReport report;
    for (std::size_t i = 0; i < size; ++i) {
        const Severity severity = i + 1 == size ? Severity::error : Severity::warning;
        report.findings.push_back(sample_finding(severity, "order-differs", "file", 1));
    }
    return report;
}

TEST(SarifReport, IsThisDocument) {
    ReportOptions options = sample_options();
    options.rules = options.rules.first(1);
    EXPECT_EQ(render(sample_report(), ReportFormat::sarif, options), R"doc({
    "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "onnxhub",
                    "version": "1.2.3",
                    "rules": [
                        {
                            "id": "model-sha-differs",
                            "helpUri": "https://github.com/onnxhub/onnxhub/blob/main/docs/rules.md#model-sha-differs",
                            "shortDescription": {
                                "text": "The file has another SHA-256."
                            },
                            "fullDescription": {
                                "text": "The file has another SHA-256. The model cannot be loaded."
                            },
                            "help": {
                                "text": "What: The file has another SHA-256.\n\nWhy: The model cannot be loaded.\n\nExample: `model_sha` of an older file\n\nHow to fix: Regenerate the entry.\n\nFixable: run `onnxhub validate --fix`",
                                "markdown": "**What**: The file has another SHA-256.\n\n**Why**: The model cannot be loaded.\n\n**Example**: `model_sha` of an older file\n\n**How to fix**: Regenerate the entry.\n\n**Fixable**: run `onnxhub validate --fix`"
                            },
                            "defaultConfiguration": {
                                "level": "error"
                            },
                            "properties": {
                                "tags": [
                                    "files"
                                ]
                            }
                        }
                    ]
                }
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [
                {
                    "executionSuccessful": true,
                    "toolExecutionNotifications": [
                        {
                            "level": "note",
                            "message": {
                                "text": "12 not checked by graph-opset-differs: not downloaded"
                            },
                            "associatedRule": {
                                "id": "graph-opset-differs"
                            }
                        },
                        {
                            "level": "note",
                            "message": {
                                "text": "::notice:: 2 findings of the baseline are fixed\\x0a::error::x"
                            }
                        }
                    ]
                }
            ],
            "results": [
                {
                    "ruleId": "model-sha-differs",
                    "ruleIndex": 0,
                    "level": "error",
                    "message": {
                        "text": "model_sha is 1111, the file has 2222; run `onnxhub validate --fix`"
                    },
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {
                                    "uri": "ONNX_HUB_MANIFEST.json",
                                    "uriBaseId": "%SRCROOT%"
                                },
                                "region": {
                                    "startLine": 12,
                                    "startColumn": 8,
                                    "endColumn": 14
                                }
                            }
                        }
                    ],
                    "partialFingerprints": {
                        "onnxhub/v2": "231d91fbd64c7a08"
                    }
                },
                {
                    "ruleId": "path-unsafe",
                    "level": "error",
                    "message": {
                        "text": "'\\x1b[31m#\u0023[add-mask]@team #1 <script>&amp; https://evil.example\\xff' ]]>; [click\\](javascript:x) | **now**\\x0d\\x0a::warning::"
                    },
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {
                                    "uri": "a%0A%3A%3Aerror%3A%3Ab%2Cc%25%7C%60%3Ci%3E%40me%20%5Bx%5D%28y%29.md",
                                    "uriBaseId": "%SRCROOT%"
                                },
                                "region": {
                                    "startLine": 3,
                                    "startColumn": 4
                                }
                            }
                        }
                    ],
                    "partialFingerprints": {
                        "onnxhub/v2": "62b68fea34f7f28a"
                    }
                },
                {
                    "ruleId": "order-differs",
                    "level": "warning",
                    "message": {
                        "text": "entries are not in order"
                    },
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {
                                    "uri": "ONNX_HUB_MANIFEST.json",
                                    "uriBaseId": "%SRCROOT%"
                                },
                                "region": {
                                    "startLine": 1
                                }
                            }
                        }
                    ],
                    "partialFingerprints": {
                        "onnxhub/v2": "c88727af42280d63"
                    }
                }
            ]
        }
    ]
}
)doc");
}

TEST(SarifReport, OfACleanHubIsSmall) {
    const std::string text = render({}, ReportFormat::sarif, sample_options());
    EXPECT_THAT(text, HasSubstr("\"rules\": []"));
    EXPECT_LT(text.size(), 1000u);
}

TEST(SarifReport, HoldsFiveThousandResultsWorstFirst) {
    for (const std::size_t size : {std::size_t{4999}, std::size_t{5000}, std::size_t{5001}}) {
        SCOPED_TRACE(size);
        const JsonValue run = run_of(report_of_size(size));
        const JsonArray& results = *run.find("results")->array();
        EXPECT_EQ(results.size(), std::min<std::size_t>(size, 5000));
        EXPECT_EQ(*results.front().find("level")->string(), "error");
        const JsonArray& notifications =
            *run.find("invocations")->array()->front().find("toolExecutionNotifications")->array();
        EXPECT_EQ(notifications.size(), size > 5000 ? 1u : 0u);
    }
}

TEST(SarifReport, SaysHowManyResultsAreLeftOut) {
    EXPECT_THAT(render(report_of_size(5003), ReportFormat::sarif, {}),
                HasSubstr("\"3 more findings of the lowest severity do not fit in this file"));
}

TEST(SarifReport, CountsColumnsInCodePoints) {
    Finding finding = sample_finding(Severity::error, "rule", "file", 2);
    finding.source_line =
        "\u6a21\U0001f600\xff"
        "ab";
    finding.column = 9;
    finding.end_column = 10;
    const JsonValue location = location_of(finding);
    EXPECT_EQ(location.find("region")->find("startColumn")->integer(), 4);
    EXPECT_EQ(location.find("region")->find("endColumn")->integer(), 5);
}

TEST(SarifReport, LeavesOutColumnsItCannotCount) {
    Finding finding = sample_finding(Severity::error, "rule", "file", 2);
    finding.column = 9;
    EXPECT_FALSE(location_of(finding).find("region")->find("startColumn"));
}

TEST(SarifReport, GivesEveryResultAPlace) {
    const JsonValue location = location_of(sample_finding(Severity::error, "rule", "", 0));
    EXPECT_EQ(*location.find("artifactLocation")->find("uri")->string(), "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(location.find("region")->find("startLine")->integer(), 1);
}

TEST(SarifReport, EscapesPathsAsUris) {
    const std::pair<std::string, std::string> paths_and_uris[] = {
        {"a/b-c_d.e~f", "a/b-c_d.e~f"},
        {"http://x", "http%3A//x"},
        {"a b%20#?", "a%20b%2520%23%3F"},
        {"\u00e9\xff\\", "%C3%A9%FF%5C"},
    };
    for (const auto& [path, uri] : paths_and_uris) {
        const JsonValue location = location_of(sample_finding(Severity::error, "rule", path, 1));
        EXPECT_EQ(*location.find("artifactLocation")->find("uri")->string(), uri);
    }
}

}  // namespace
}  // namespace onnxhub
