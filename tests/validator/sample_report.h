// SPDX-License-Identifier: Apache-2.0
// A report with all kinds of content, including hostile names.
#pragma once

#include <span>
#include <string>

#include "validator/report.h"

namespace onnxhub {

inline std::span<const RuleInfo> sample_rules() {
    static constexpr RuleInfo rules[] = {
        {"model-sha-differs", Severity::error, "files", "The file has another SHA-256.",
         "The model cannot be loaded.", "`model_sha` of an older file", "Regenerate the entry.",
         true},
        {"order-differs", Severity::warning, "document", "Entries are not in order.",
         "Diffs get long.", "", "Sort them.", true},
        {"graph-opset-differs", Severity::error, "graph", "The graph has another opset.",
         "Clients choose a model they can't run.", "", "Correct the row.", false},
        {"path-unsafe", Severity::error, "document", "A path leaves the hub.", "Files elsewhere.",
         "", "", false},
    };
    return rules;
}

inline ReportOptions sample_options() {
    ReportOptions options;
    options.tool_version = "1.2.3";
    options.rules = sample_rules();
    return options;
}

/// Breaks out of a line, a workflow command, a table, an element and a terminal, where it is let.
inline const std::string hostile_file = "a\n::error::b,c%|`<i>@me [x](y).md";

inline Finding sample_finding(Severity severity, std::string rule, std::string file, int line) {
    Finding finding;
    finding.severity = severity;
    finding.rule = std::move(rule);
    finding.file = std::move(file);
    finding.line = line;
    finding.message = "wrong";
    return finding;
}

inline ValidationReport sample_report() {
    Finding wrong_sha =
        sample_finding(Severity::error, "model-sha-differs", "ONNX_HUB_MANIFEST.json", 12);
    wrong_sha.message = "model_sha is 1111, the file has 2222";
    wrong_sha.hint = "run `onnxhub validate --fix`";
    wrong_sha.subject = "ResNet18 (opset 7)";
    wrong_sha.source_line = "\t\"\u6a21\u578b\": \"1111\",";
    wrong_sha.column = 12;
    wrong_sha.end_column = 18;

    Finding order = sample_finding(Severity::warning, "order-differs", "ONNX_HUB_MANIFEST.json", 0);
    order.message = "entries are not in order";

    Finding hostile = sample_finding(Severity::error, "path-unsafe", hostile_file, 3);
    hostile.message = "'\x1b[31m##[add-mask]@team #1 <script>&amp; https://evil.example\xff' ]]>";
    hostile.hint = "[click](javascript:x) | **now**\r\n::warning::";
    hostile.source_line = "##[error]x\x1b[2J";
    hostile.column = 4;

    ValidationReport report;
    report.findings = {wrong_sha, order, hostile};
    report.unchecked = {{"graph-opset-differs", 12, "not downloaded"}};
    report.notices = {"::notice:: 2 findings of the baseline are fixed\n::error::x"};
    report.entries_checked = 189;
    report.rows_checked = 1;
    report.files_checked = 373;
    return report;
}

}  // namespace onnxhub
