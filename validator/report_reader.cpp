// SPDX-License-Identifier: Apache-2.0
#include "validator/report_reader.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "manifest/json_members.h"
#include "validator/run_text.h"

namespace onnxhub {
namespace {

int position_if_any(const JsonValue& object, const char* key) {
    if (!object.find(key)) return 0;
    return static_cast<int>(number_member(object, key, std::numeric_limits<int>::max()));
}

const JsonArray& array(const JsonValue& object, const char* key) {
    return array_member(object, key, report_findings_limit);
}

Severity severity_of(const std::string& name) {
    const auto severity = parse_severity(name);
    if (!severity) throw UnexpectedJson("severity is not one of error, warning and note");
    return *severity;
}

Finding finding_of(const JsonValue& json) {
    Finding finding;
    finding.rule = text_member(json, "rule");
    finding.severity = severity_of(text_member(json, "severity"));
    finding.message = text_member(json, "message");
    finding.hint = text_member_if_any(json, "hint");
    finding.file = text_member_if_any(json, "file");
    finding.line = position_if_any(json, "line");
    finding.column = position_if_any(json, "column");
    finding.end_column = position_if_any(json, "end_column");
    finding.subject = text_member_if_any(json, "subject");
    finding.about = text_member_if_any(json, "about");
    finding.key = text_member_if_any(json, "key");
    return finding;
}

std::size_t count(const JsonValue& object, const char* key) {
    return static_cast<std::size_t>(number_member(object, key, std::int64_t{1} << 40));
}

/// null stands for infinity.
double real(const JsonValue& object, const char* key) {
    const JsonValue& value = json_member(object, key);
    if (std::holds_alternative<std::nullptr_t>(value.data)) {
        return std::numeric_limits<double>::infinity();
    }
    const auto* number = std::get_if<JsonNumber>(&value.data);
    double parsed = -1;
    if (number)
        std::from_chars(number->text.data(), number->text.data() + number->text.size(), parsed);
    if (!(parsed >= 0)) throw UnexpectedJson(std::string(key) + " is not a number of at least 0");
    return parsed;
}

RunReport runs_of(const JsonValue& json) {
    RunReport runs;
    runs.runtime = text_member(json, "runtime");
    for (const JsonValue& item : array(json, "models")) {
        ModelRunResult run;
        run.model = text_member(item, "model");
        run.outcome = text_member(item, "outcome");
        if (!is_run_outcome(run.outcome)) throw UnexpectedJson("an outcome is not known");
        run.reason = text_member_if_any(item, "reason");
        run.seconds = real(item, "seconds");
        run.largest_difference = real(item, "largest_difference");
        run.is_cached = json_member(item, "cached").data == json_bool(true).data;
        runs.models.push_back(std::move(run));
    }
    return runs;
}

ValidationReport read(const JsonValue& document) {
    if (!document.object()) throw UnexpectedJson("it is not an object");
    if (json_member(document, "version").integer() != 1) throw UnexpectedJson("version is not 1");
    if (text_member(json_member(document, "tool"), "name") != "onnxhub")
        throw UnexpectedJson("tool is not onnxhub");
    ValidationReport report;
    for (const JsonValue& item : array(document, "findings")) {
        report.findings.push_back(finding_of(item));
    }
    for (const JsonValue& item : array(document, "unchecked")) {
        report.unchecked.push_back(
            {text_member(item, "rule"), count(item, "count"), text_member(item, "reason")});
    }
    for (const JsonValue& item : array(document, "notices")) {
        if (!item.string()) throw UnexpectedJson("a notice is not a string");
        report.notices.push_back(*item.string());
    }
    if (document.find("shard")) {
        report.shard = parse_shard(text_member(document, "shard"));
        if (!report.shard) throw UnexpectedJson("shard is not a number and count such as 3/7");
    }
    if (document.find("files")) {
        for (const JsonValue& item : array_member(document, "files", listed_files_limit)) {
            if (!item.string()) throw UnexpectedJson("a file is not a string");
            report.files.push_back(*item.string());
        }
    }
    report.folder = text_member_if_any(document, "folder");
    if (const JsonValue* runs = document.find("runs")) report.runs = runs_of(*runs);
    const JsonValue& summary = json_member(document, "summary");
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
    } catch (const UnexpectedJson& problem) {
        return std::string(problem.what());
    }
}

ValidationReport merge_reports(std::vector<ValidationReport> parts) {
    if (parts.size() == 1) {
        ValidationReport& only = parts.front();
        if (only.shard == Shard{1, 1}) only.shard.reset();
        return std::move(only);
    }
    ValidationReport merged;
    merged.folder = parts.front().folder;
    std::map<std::pair<std::string, std::string>, std::size_t> unchecked;
    for (ValidationReport& part : parts) {
        std::ranges::move(part.findings, std::back_inserter(merged.findings));
        for (const Unchecked& item : part.unchecked)
            unchecked[{item.rule, item.reason}] += item.count;
        for (std::string& notice : part.notices) {
            const bool is_known = std::ranges::find(merged.notices, notice) != merged.notices.end();
            if (!is_known) merged.notices.push_back(std::move(notice));
        }
        if (!part.runs.runtime.empty()) merged.runs.runtime = part.runs.runtime;
        std::ranges::move(part.runs.models, std::back_inserter(merged.runs.models));
        std::ranges::move(part.files, std::back_inserter(merged.files));
        merged.entries_checked += part.entries_checked;
        merged.rows_checked += part.rows_checked;
        merged.files_checked += part.files_checked;
    }
    std::ranges::stable_sort(merged.findings, [](const Finding& one, const Finding& other) {
        return order_of(one) < order_of(other);
    });
    merged.findings.erase(std::unique(merged.findings.begin(), merged.findings.end(),
                                      [](const Finding& one, const Finding& other) {
                                          return order_of(one) == order_of(other);
                                      }),
                          merged.findings.end());
    std::ranges::sort(merged.files);
    merged.files.erase(std::unique(merged.files.begin(), merged.files.end()), merged.files.end());
    if (merged.files.size() > listed_files_limit) merged.files.resize(listed_files_limit);
    for (const auto& [key, number] : unchecked) {
        merged.unchecked.push_back({key.first, number, key.second});
    }
    return merged;
}

}  // namespace onnxhub
