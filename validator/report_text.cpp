// SPDX-License-Identifier: Apache-2.0
// For people at a terminal. No line begins with text from the repository: in a workflow's log, a
// file named "::error::" would be a command.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "validator/report_formats.h"
#include "validator/report_parts.h"
#include "validator/run_text.h"
#include "validator/source_excerpt.h"

namespace onnxhub {
namespace {

/// ECMA-48 "select graphic rendition", or plain text.
class Painter {
public:
    explicit Painter(bool is_on) : is_on_(is_on) {}

    std::string bold(const std::string& text) const { return paint("1", text); }
    std::string gutter(const std::string& text) const { return paint("1;34", text); }

    std::string severity(Severity severity, const std::string& text) const {
        if (severity == Severity::error) return paint("1;31", text);
        return paint(severity == Severity::warning ? "1;33" : "1;36", text);
    }

private:
    std::string paint(const char* code, const std::string& text) const {
        return is_on_ && !text.empty() ? std::string("\x1b[") + code + 'm' + text + "\x1b[0m"
                                       : text;
    }

    bool is_on_;
};

std::string safe(const std::string& text) {
    return without_runner_commands(text, "\\x23");
}

class TextReport {
public:
    explicit TextReport(const ReportOptions& options)
        : painter_(options.color), is_verbose_(options.verbose) {
        for (const RuleInfo& rule : options.rules) rules_[rule.id] = &rule;
    }

    void add_file(const std::vector<const Finding*>& findings) {
        SeverityCounts counts;
        for (const Finding* finding : findings) counts.add(finding->severity);
        const std::string& file = findings.front()->file;
        const std::string name = file.empty() ? "the repository" : safe(shown(file));
        text_ += painter_.bold("In " + name + ": " + to_text(counts)) + "\n\n";
        for (const Finding* finding : findings) add_finding(*finding);
    }

    void add_line(const std::string& label, const std::string& text) {
        text_ += painter_.bold(label) + safe(text) + '\n';
    }

    void end_paragraph() {
        if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
    }

    std::string take() { return std::move(text_); }

private:
    void add_finding(const Finding& finding) {
        const std::string head =
            std::string(name_of(finding.severity)) + '[' + shown(finding.rule) + ']';
        text_ += painter_.severity(finding.severity, safe(head));
        text_ += painter_.bold(": " + safe(shown(finding.message))) + '\n';

        const bool has_source = finding.line > 0 && !finding.source_line.empty();
        const std::string number = finding.line > 0 ? std::to_string(finding.line) : "";
        const std::string margin(std::max<std::size_t>(number.size(), 1), ' ');
        text_ += margin + painter_.gutter("--> ") + safe(location_text(finding)) + '\n';
        if (has_source) add_source(finding, number, margin);
        if (!finding.hint.empty()) add_remark(margin, "help", shown(finding.hint));
        add_reason(finding.rule, margin);
        text_ += '\n';
    }

    void add_source(const Finding& finding, const std::string& number, const std::string& margin) {
        const SourceExcerpt excerpt = excerpt_source(finding);
        text_ += margin + painter_.gutter(" |") + '\n';
        text_ += painter_.gutter(number + " |") + ' ' + excerpt.line + '\n';
        const std::size_t indent = excerpt.marker.find('^');
        text_ += margin + painter_.gutter(" |") + ' ' + excerpt.marker.substr(0, indent) +
                 painter_.severity(finding.severity, excerpt.marker.substr(indent)) + '\n';
    }

    void add_remark(const std::string& margin, const std::string& kind, const std::string& text) {
        text_ += margin + painter_.gutter(" = ") + painter_.bold(kind) + ": " + safe(text) + '\n';
    }

    void add_reason(const std::string& rule, const std::string& margin) {
        if (!is_verbose_ || !explained_.insert(rule).second) return;
        const auto info = rules_.find(rule);
        if (info == rules_.end() || info->second->why.empty()) return;
        add_remark(margin, "why", shown(std::string(info->second->why)));
    }

    Painter painter_;
    bool is_verbose_;
    std::map<std::string_view, const RuleInfo*> rules_;
    std::set<std::string> explained_;  ///< rules
    std::string text_;
};

/// One line, with the reasons; with `is_verbose`, a line for each rule.
std::vector<std::string> unchecked_lines(const std::vector<Unchecked>& unchecked, bool is_verbose) {
    std::vector<std::string> lines;
    if (is_verbose || unchecked.size() <= 1) {
        for (const Unchecked& one : unchecked) lines.push_back(to_text(one));
        return lines;
    }
    struct Skipped {
        std::size_t rules = 0;
        std::size_t most = 0;  ///< models or files of one rule
    };
    std::map<std::string, Skipped> by_reason;
    for (const Unchecked& one : unchecked) {
        Skipped& skipped = by_reason[one.reason];
        skipped.rules += 1;
        skipped.most = std::max(skipped.most, one.count);
    }
    std::string line;
    for (const auto& [reason, skipped] : by_reason) {
        line += (line.empty() ? "skipped checks: " : ", ") + shown(reason) + " (" +
                std::to_string(skipped.most) + ", by " + counted(skipped.rules, "rule") + ")";
    }
    lines.push_back(line + "; --verbose lists them");
    return lines;
}

}  // namespace

std::string render_text(const ValidationReport& report, const ReportOptions& options) {
    std::map<std::string_view, std::vector<const Finding*>> by_file;
    for (const Finding& finding : report.findings) by_file[finding.file].push_back(&finding);

    TextReport text(options);
    for (const auto& [file, findings] : by_file) text.add_file(findings);
    for (const std::string& line : unchecked_lines(report.unchecked, options.verbose)) {
        text.add_line("", line);
    }
    text.end_paragraph();
    for (const std::string& line : run_lines(report.runs, options.verbose)) text.add_line("", line);
    text.end_paragraph();
    for (const std::string& notice : report.notices) text.add_line("notice: ", shown(notice));
    text.end_paragraph();
    text.add_line(summary_text(report), "");
    return text.take();
}

}  // namespace onnxhub
