// SPDX-License-Identifier: Apache-2.0
// JUnit XML as Jenkins and GitLab read it: a test case for each file that was checked.
#include <algorithm>
#include <map>

#include "base/utf8.h"
#include "validator/report_formats.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

/// Listed findings per file, and bytes of all lists: GitLab rejects files over 30 MB.
constexpr std::size_t listed_limit = 500;
constexpr std::size_t lists_limit = 20'000'000;

/// XML 1.0 does not allow these, not even escaped. (Control characters are already escaped.)
bool is_forbidden(char32_t c) {
    return c == 0xfffe || c == 0xffff || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

std::string xml_character(std::string_view character, char32_t c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&apos;";
        default:
            return is_forbidden(c) ? "\ufffd" : std::string(character);
    }
}

std::string xml(std::string_view text) {
    std::string escaped;
    while (!text.empty()) {
        char32_t c = 0xffff;  // for a byte that is not UTF-8
        const std::size_t length = std::max<std::size_t>(decode_utf8(text, c), 1);
        escaped += xml_character(text.substr(0, length), c);
        text.remove_prefix(length);
    }
    return without_runner_commands(escaped, "&#35;");
}

/// The findings of a file, worst first.
using CaseFindings = std::vector<const Finding*>;

/// By file; "" has those about the hub as a whole.
std::map<std::string_view, CaseFindings> cases_of(const ValidationReport& report) {
    std::map<std::string_view, CaseFindings> cases;
    for (const std::string& file : report.files) cases.try_emplace(file);
    for (const Finding* finding : worst_first(report.findings)) {
        cases[finding->file].push_back(finding);
    }
    return cases;
}

bool fails_case(const CaseFindings& findings) {
    return !findings.empty() && findings.front()->severity == Severity::error;
}

std::string case_counts(const CaseFindings& findings) {
    SeverityCounts counts;
    for (const Finding* finding : findings) counts.add(finding->severity);
    return to_text(counts);
}

/// No line begins with text from the repository: it could be a command in a workflow's log.
std::string case_list(const CaseFindings& findings) {
    std::string text;
    const std::size_t listed = std::min(findings.size(), listed_limit);
    for (const Finding* finding : std::span(findings).first(listed)) {
        text += "- " + location_text(*finding) + ": ";
        text.append(name_of(finding->severity)).append("[") += shown(finding->rule);
        text += "]: " + statement_text(*finding) + '\n';
    }
    if (listed < findings.size()) {
        text += "- and " + std::to_string(findings.size() - listed) + " more\n";
    }
    return text;
}

/// Warnings do not fail a case: Jenkins would report an unstable build, although onnxhub succeeds.
/// `bytes_left` is what all lists may still take.
std::string case_xml(const ValidationReport& report, std::string_view file,
                     const CaseFindings& findings, std::size_t& bytes_left) {
    const std::string name = file.empty() ? "the repository" : shown(std::string(file));
    std::string head = "    <testcase classname=\"onnxhub\" name=\"" + xml(name) + '"';
    if (!file.empty()) {
        head += " file=\"" + xml(shown(repository_path(report, std::string(file)))) + '"';
    }
    if (findings.empty()) return head + "/>\n";
    std::string list = xml(case_list(findings));
    if (list.size() > bytes_left) list = "- the formats text and json list the findings\n";
    bytes_left -= std::min(list.size(), bytes_left);
    if (!fails_case(findings)) {
        return head + ">\n      <system-out>" + list + "</system-out>\n    </testcase>\n";
    }
    return head + ">\n      <failure type=\"error\" message=\"" + xml(case_counts(findings)) +
           "\">" + list + "</failure>\n    </testcase>\n";
}

/// A case of its own, since skipped checks are counted by rule.
std::string skipped_xml(const std::vector<Unchecked>& unchecked) {
    if (unchecked.empty()) return "";
    std::string reasons;
    std::string list;
    for (const Unchecked& one : unchecked) {
        if (reasons.find(shown(one.reason)) == reasons.npos) {
            reasons += (reasons.empty() ? "" : ", ") + shown(one.reason);
        }
        list += "- " + to_text(one) + '\n';
    }
    return "    <testcase classname=\"onnxhub\" name=\"skipped checks\">\n      <skipped "
           "message=\"" +
           xml(reasons) + "\"/>\n      <system-out>" + xml(list) +
           "</system-out>\n    </testcase>\n";
}

std::string notices_xml(const ValidationReport& report) {
    std::string text;
    for (const std::string& notice : report.notices) text += "notice: " + shown(notice) + '\n';
    return "    <system-out>" + xml(text + summary_text(report) + '\n') + "</system-out>\n";
}

}  // namespace

std::string render_junit(const ValidationReport& report) {
    const auto cases = cases_of(report);
    const std::size_t skipped = report.unchecked.empty() ? 0 : 1;
    std::size_t failures = 0;
    std::string text;
    std::size_t bytes_left = lists_limit;
    for (const auto& [file, findings] : cases) {
        failures += fails_case(findings) ? 1 : 0;
        text += case_xml(report, file, findings, bytes_left);
    }
    const std::string counts = " tests=\"" + std::to_string(cases.size() + skipped) +
                               "\" failures=\"" + std::to_string(failures) +
                               "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + "\">\n";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"onnxhub validate\"" +
           counts + "  <testsuite name=\"onnxhub validate\"" + counts + text +
           skipped_xml(report.unchecked) + notices_xml(report) + "  </testsuite>\n</testsuites>\n";
}

}  // namespace onnxhub
