// SPDX-License-Identifier: Apache-2.0
// Workflow commands, which GitHub shows as annotations on a pull request. Escapes are those of
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
#include <algorithm>

#include "validator/report_formats.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

/// GitHub shows this number of annotations per level and step, and silently drops the others.
constexpr std::size_t annotation_limit = 10;

std::string data(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '%') {
            escaped += "%25";
        } else if (c == '\r') {
            escaped += "%0D";
        } else if (c == '\n') {
            escaped += "%0A";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string property(const std::string& text) {
    std::string escaped;
    for (const char c : data(text)) {
        if (c == ':') {
            escaped += "%3A";
        } else if (c == ',') {
            escaped += "%2C";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string_view command_of(Severity severity) {
    return severity == Severity::note ? "notice" : name_of(severity);
}

/// The properties before the title: "file=README.md,line=3,col=1,endColumn=5,".
std::string place_properties(const ValidationReport& report, const Finding& finding) {
    if (finding.file.empty()) return "";
    std::string text = "file=" + property(shown(repository_path(report, finding.file))) + ',';
    if (finding.line <= 0) return text;
    text += "line=" + std::to_string(finding.line) + ',';
    if (const auto columns = character_columns(finding)) {
        text += "col=" + std::to_string(columns->begin) + ',';
        if (columns->end) text += "endColumn=" + std::to_string(*columns->end) + ',';
    }
    return text;
}

std::string annotation(const ValidationReport& report, const Finding& finding) {
    return std::string("::").append(command_of(finding.severity)) + ' ' +
           place_properties(report, finding) + "title=" + property(shown(finding.rule)) +
           "::" + data(statement_text(finding)) + '\n';
}

std::string rest_notice(const SeverityCounts& left_out) {
    const std::size_t count = left_out.errors + left_out.warnings + left_out.notes;
    return "::notice title=onnxhub::and " + std::to_string(count) + " more (" + to_text(left_out) +
           ") than GitHub shows here; the formats text and json list all findings\n";
}

/// A line of the log. The fixed prefix prevents workflow commands.
std::string log_line(const std::string& text) {
    return "onnxhub: " + text + '\n';
}

bool fits(const SeverityCounts& counts) {
    return std::max({counts.errors, counts.warnings, counts.notes}) <= annotation_limit;
}

}  // namespace

std::string render_github(const ValidationReport& report) {
    // The notice about the rest also counts towards the limit of its level.
    const bool has_rest = !fits(count_severities(report.findings));
    SeverityCounts shown_counts;
    SeverityCounts left_out;
    std::string text;
    for (const Finding* finding : worst_first(report.findings)) {
        SeverityCounts next = shown_counts;
        next.add(finding->severity);
        if (!fits(next) || (has_rest && next.notes == annotation_limit)) {
            left_out.add(finding->severity);
            continue;
        }
        shown_counts = next;
        text += annotation(report, *finding);
    }
    if (has_rest) text += rest_notice(left_out);
    for (const Unchecked& unchecked : report.unchecked) text += log_line(to_text(unchecked));
    for (const std::string& notice : report.notices) text += log_line(shown(notice));
    return without_runner_commands(text + log_line(summary_text(report)), "\\x23");
}

}  // namespace onnxhub
