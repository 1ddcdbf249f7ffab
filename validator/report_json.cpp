// SPDX-License-Identifier: Apache-2.0
// For programs. The keys are stable, see docs/reports.md. A change that could break a reader needs
// a new version number.
#include <fmt/format.h>

#include <cmath>

#include "manifest/json.h"
#include "validator/report_formats.h"
#include "validator/report_parts.h"
#include "validator/run_text.h"

namespace onnxhub {
namespace {

constexpr std::int64_t format_version = 1;

JsonValue text_value(std::string_view text) {
    return json_string(std::string(text));
}

JsonValue finding_json(const Finding& finding, const std::string& fingerprint) {
    JsonObject members{{"rule", json_string(finding.rule)},
                       {"severity", text_value(name_of(finding.severity))},
                       {"message", json_string(finding.message)}};
    const auto add_text = [&](const char* key, const std::string& text) {
        if (!text.empty()) members.push_back({key, json_string(text)});
    };
    const auto add_number = [&](const char* key, int number) {
        if (number > 0) members.push_back({key, json_integer(number)});
    };
    add_text("hint", finding.hint);
    add_text("file", finding.file);
    add_number("line", finding.line);
    add_number("column", finding.column);
    add_number("end_column", finding.end_column);
    add_text("subject", finding.subject);
    add_text("about", finding.about);
    add_text("key", finding.key);
    add_text("fingerprint", fingerprint);
    return json_object(std::move(members));
}

JsonValue summary_json(const ValidationReport& report) {
    const SeverityCounts counts = count_severities(report.findings);
    return json_object({{"errors", json_unsigned(counts.errors)},
                        {"warnings", json_unsigned(counts.warnings)},
                        {"notes", json_unsigned(counts.notes)},
                        {"files_with_findings", json_unsigned(count_files(report.findings))},
                        {"entries_checked", json_unsigned(report.entries_checked)},
                        {"rows_checked", json_unsigned(report.rows_checked)},
                        {"files_checked", json_unsigned(report.files_checked)}});
}

JsonValue findings_json(const std::vector<Finding>& findings) {
    const std::vector<std::string> prints = fingerprints(findings);
    JsonArray values;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        values.push_back(finding_json(findings[i], prints[i]));
    }
    return json_array(std::move(values));
}

JsonValue unchecked_json(const std::vector<Unchecked>& unchecked) {
    JsonArray values;
    for (const Unchecked& item : unchecked) {
        values.push_back(json_object({{"rule", json_string(item.rule)},
                                      {"count", json_unsigned(item.count)},
                                      {"reason", json_string(item.reason)}}));
    }
    return json_array(std::move(values));
}

JsonValue number_json(double number, int digits) {
    if (!std::isfinite(number)) return {};
    return {JsonNumber{fmt::format("{:.{}g}", number, digits)}};
}

JsonValue runs_json(const RunReport& runs) {
    const RunCounts counts = count_runs(runs);
    JsonArray models;
    for (const ModelRunResult& run : runs.models) {
        JsonObject members{{"model", json_string(run.model)},
                           {"outcome", json_string(run.outcome)},
                           {"seconds", number_json(run.seconds, 4)},
                           {"largest_difference", number_json(run.largest_difference, 6)},
                           {"cached", json_bool(run.is_cached)}};
        if (!run.reason.empty()) members.push_back({"reason", json_string(run.reason)});
        models.push_back(json_object(std::move(members)));
    }
    return json_object({{"runtime", json_string(runs.runtime)},
                        {"passed", json_unsigned(counts.passed)},
                        {"failed", json_unsigned(counts.failed)},
                        {"inconclusive", json_unsigned(counts.inconclusive)},
                        {"cached", json_unsigned(counts.cached)},
                        {"seconds", number_json(counts.seconds, 6)},
                        {"models", json_array(std::move(models))}});
}

}  // namespace

std::string render_json(const ValidationReport& report, const ReportOptions& options) {
    JsonArray notices;
    for (const std::string& notice : report.notices) notices.push_back(json_string(notice));
    JsonObject members{{"version", json_integer(format_version)},
                       {"tool", json_object({{"name", text_value("onnxhub")},
                                             {"version", json_string(options.tool_version)}})}};
    if (report.shard) members.push_back({"shard", json_string(to_text(*report.shard))});
    if (!report.folder.empty()) members.push_back({"folder", json_string(report.folder)});
    members.push_back({"summary", summary_json(report)});
    members.push_back({"findings", findings_json(report.findings)});
    members.push_back({"unchecked", unchecked_json(report.unchecked)});
    members.push_back({"notices", json_array(std::move(notices))});
    JsonArray files;
    for (const std::string& file : report.files) files.push_back(json_string(file));
    members.push_back({"files", json_array(std::move(files))});
    if (!report.runs.runtime.empty()) members.push_back({"runs", runs_json(report.runs)});
    const JsonValue document = json_object(std::move(members));
    // "##[" can only occur inside a string.
    return without_runner_commands(json_text(document), "\\u0023") + '\n';
}

}  // namespace onnxhub
