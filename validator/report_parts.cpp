// SPDX-License-Identifier: Apache-2.0
#include "validator/report_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/utf8.h"

namespace onnxhub {
namespace {

/// Code points in the first `size_bytes` of `text`; a byte that is not UTF-8 counts as one.
int count_characters(std::string_view text, std::size_t size_bytes) {
    int count = 0;
    for (std::size_t i = 0; i < std::min(size_bytes, text.size()); ++count) {
        char32_t c = 0;
        i += std::max<std::size_t>(decode_utf8(text.substr(i), c), 1);
    }
    return count;
}

}  // namespace

std::string repository_path(const ValidationReport& report, const std::string& file) {
    return report.folder.empty() || file.empty() ? file : report.folder + "/" + file;
}

void SeverityCounts::add(Severity severity) {
    if (severity == Severity::error) ++errors;
    if (severity == Severity::warning) ++warnings;
    if (severity == Severity::note) ++notes;
}

SeverityCounts count_severities(const std::vector<Finding>& findings) {
    SeverityCounts counts;
    for (const Finding& finding : findings) counts.add(finding.severity);
    return counts;
}

std::string counted(std::size_t count, std::string_view noun) {
    std::string text = std::to_string(count) + ' ';
    if (count != 1 && noun == "entry") return text + "entries";
    return text.append(noun) + (count == 1 ? "" : "s");
}

std::string to_text(const SeverityCounts& counts) {
    std::string text;
    const auto add = [&](std::size_t count, std::string_view noun) {
        if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, noun);
    };
    add(counts.errors, "error");
    add(counts.warnings, "warning");
    add(counts.notes, "note");
    return text.empty() ? "no findings" : text;
}

std::size_t count_files(const std::vector<Finding>& findings) {
    std::set<std::string_view> files;
    for (const Finding& finding : findings) {
        if (!finding.file.empty()) files.insert(finding.file);
    }
    return files.size();
}

std::string summary_text(const ValidationReport& report) {
    std::string text = to_text(count_severities(report.findings));
    const std::size_t files = count_files(report.findings);
    if (files > 0) text += " in " + counted(files, "file");
    return text + "; checked " + counted(report.entries_checked, "entry") + ", " +
           counted(report.rows_checked, "row") + ", " + counted(report.files_checked, "file");
}

std::string to_text(const Unchecked& unchecked) {
    return std::to_string(unchecked.count) + " not checked by " + shown(unchecked.rule) + ": " +
           shown(unchecked.reason);
}

std::string location_text(const Finding& finding) {
    if (finding.file.empty()) return "the repository";
    std::string text = shown(finding.file);
    if (finding.line <= 0) return text;
    text += ':' + std::to_string(finding.line);
    if (finding.column <= 0) return text;
    const std::optional<CharacterColumns> columns = character_columns(finding);
    return text + ':' + std::to_string(columns ? columns->begin : finding.column);
}

std::string uri_of(std::string_view path) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string uri;
    for (const char c : path) {
        if (plain.find(c) != plain.npos) {
            uri += c;
        } else {
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return uri;
}

std::string rule_url(std::string_view rule) {
    return "https://github.com/onnxhub/onnxhub/blob/main/docs/rules.md#" + uri_of(rule);
}

std::string statement_text(const Finding& finding) {
    std::string text = shown(finding.message);
    if (!finding.hint.empty()) text += "; " + shown(finding.hint);
    return text;
}

std::vector<const Finding*> worst_first(const std::vector<Finding>& findings) {
    std::vector<const Finding*> sorted;
    sorted.reserve(findings.size());
    for (const Finding& finding : findings) sorted.push_back(&finding);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
    return sorted;
}

std::optional<CharacterColumns> character_columns(const Finding& finding) {
    if (finding.line <= 0 || finding.column <= 0 || finding.source_line.empty()) return {};
    const auto column_of = [&](int byte_column) {
        return count_characters(finding.source_line, static_cast<std::size_t>(byte_column) - 1) + 1;
    };
    CharacterColumns columns{column_of(finding.column), {}};
    if (finding.end_column > finding.column) columns.end = column_of(finding.end_column);
    return columns;
}

}  // namespace onnxhub
