// SPDX-License-Identifier: Apache-2.0
#include "validator/report_reader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace onnxhub {
namespace {

/// Ends the reading at the first thing that is not as documented.
struct NoReport : std::runtime_error {
    using std::runtime_error::runtime_error;
};

const JsonValue& member(const JsonValue& object, const char* key) {
    const JsonValue* value = object.find(key);
    if (!value) throw NoReport(std::string(key) + " is missing");
    return *value;
}

std::string text(const JsonValue& object, const char* key) {
    const JsonValue& value = member(object, key);
    if (!value.string()) throw NoReport(std::string(key) + " is no string");
    return *value.string();
}

std::string text_if_any(const JsonValue& object, const char* key) {
    return object.find(key) ? text(object, key) : std::string();
}

std::int64_t number(const JsonValue& object, const char* key, std::int64_t limit) {
    const auto value = member(object, key).integer();
    if (!value || *value < 0 || *value > limit) {
        throw NoReport(std::string(key) + " is no number of things");
    }
    return *value;
}

int position_if_any(const JsonValue& object, const char* key) {
    if (!object.find(key)) return 0;
    return static_cast<int>(number(object, key, std::numeric_limits<int>::max()));
}

const JsonArray& array(const JsonValue& object, const char* key) {
    const JsonValue& value = member(object, key);
    if (!value.array()) throw NoReport(std::string(key) + " is no array");
    if (value.array()->size() > report_findings_limit) {
        throw NoReport(std::string(key) + " has too many items");
    }
    return *value.array();
}

Severity severity_of(const std::string& name) {
    if (name == "error") return Severity::error;
    if (name == "warning") return Severity::warning;
    if (name == "note") return Severity::note;
    throw NoReport("severity is none of error, warning, note");
}

Finding finding_of(const JsonValue& json) {
    Finding finding;
    finding.rule = text(json, "rule");
    finding.severity = severity_of(text(json, "severity"));
    finding.message = text(json, "message");
    finding.hint = text_if_any(json, "hint");
    finding.file = text_if_any(json, "file");
    finding.line = position_if_any(json, "line");
    finding.column = position_if_any(json, "column");
    finding.end_column = position_if_any(json, "end_column");
    finding.subject = text_if_any(json, "subject");
    finding.about = text_if_any(json, "about");
    return finding;
}

std::size_t count(const JsonValue& object, const char* key) {
    return static_cast<std::size_t>(number(object, key, std::int64_t{1} << 40));
}

ValidationReport read(const JsonValue& document) {
    if (!document.object()) throw NoReport("it is no object");
    if (member(document, "version").integer() != 1) throw NoReport("version is not 1");
    if (text(member(document, "tool"), "name") != "onnxhub") throw NoReport("tool is not onnxhub");
    ValidationReport report;
    for (const JsonValue& item : array(document, "findings")) {
        report.findings.push_back(finding_of(item));
    }
    for (const JsonValue& item : array(document, "unchecked")) {
        report.unchecked.push_back(
            {text(item, "rule"), count(item, "count"), text(item, "reason")});
    }
    for (const JsonValue& item : array(document, "notices")) {
        if (!item.string()) throw NoReport("a notice is no string");
        report.notices.push_back(*item.string());
    }
    const JsonValue& summary = member(document, "summary");
    report.entries_checked = count(summary, "entries_checked");
    report.rows_checked = count(summary, "rows_checked");
    report.files_checked = count(summary, "files_checked");
    return report;
}

auto order_of(const Finding& finding) {
    return std::tie(finding.file, finding.line, finding.column, finding.rule, finding.message);
}

}  // namespace

std::variant<ValidationReport, std::string> parse_report(const JsonValue& document) {
    try {
        return read(document);
    } catch (const NoReport& trouble) {
        return std::string(trouble.what());
    }
}

ValidationReport merge_reports(std::vector<ValidationReport> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    ValidationReport merged;
    std::map<std::pair<std::string, std::string>, std::size_t> unchecked;
    for (ValidationReport& part : parts) {
        std::ranges::move(part.findings, std::back_inserter(merged.findings));
        for (const Unchecked& item : part.unchecked)
            unchecked[{item.rule, item.reason}] += item.count;
        for (std::string& notice : part.notices) {
            const bool is_told = std::ranges::find(merged.notices, notice) != merged.notices.end();
            if (!is_told) merged.notices.push_back(std::move(notice));
        }
        merged.entries_checked += part.entries_checked;
        merged.rows_checked += part.rows_checked;
        merged.files_checked += part.files_checked;
    }
    std::ranges::stable_sort(merged.findings, [](const Finding& one, const Finding& other) {
        return order_of(one) < order_of(other);
    });
    for (const auto& [key, number] : unchecked) {
        merged.unchecked.push_back({key.first, number, key.second});
    }
    return merged;
}

}  // namespace onnxhub
