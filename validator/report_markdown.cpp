// SPDX-License-Identifier: Apache-2.0
// GitHub flavoured Markdown for a job summary or a comment: https://github.github.com/gfm/
#include <algorithm>
#include <map>
#include <set>

#include "base/escaping.h"
#include "validator/report_formats.h"
#include "validator/report_parts.h"
#include "validator/run_text.h"

namespace onnxhub {
namespace {

constexpr std::size_t tail_size = 200;  // bytes reserved for the sentence about the rest
constexpr std::size_t list_share = 10;  // at most 1/10 of the limit each: notices, skipped checks

std::string_view symbol_of(Severity severity) {
    if (severity == Severity::error) return "\u274c error";
    return severity == Severity::warning ? "\u26a0\ufe0f warning" : "\u2139\ufe0f note";
}

std::string link(const std::string& text, const std::string& url) {
    return url.empty() ? text : '[' + text + "](" + url + ')';
}

/// Links of findings. Only URLs that this program and its user chose, with encoded paths.
class Links {
public:
    Links(const ValidationReport& report, const ReportOptions& options)
        : report_(report), files_url_(options.files_url) {
        for (const RuleInfo& rule : options.rules) rules_.insert(rule.id);
    }

    /// Empty for a rule that the documentation does not have.
    std::string of_rule(const std::string& rule) const {
        return rules_.contains(rule) ? rule_url(rule) : "";
    }

    /// `line` 0: the file as a whole. Empty when there is nothing to link to.
    std::string of_file(const std::string& file, int line) const {
        if (files_url_.empty() || file.empty()) return "";
        const std::string url = files_url_ + uri_of(repository_path(report_, file));
        return line > 0 ? url + "#L" + std::to_string(line) : url;
    }

private:
    const ValidationReport& report_;
    const std::string& files_url_;
    std::set<std::string_view> rules_;
};

std::string finding_row(const Finding& finding, const Links& links) {
    std::string row = "| ";
    row.append(symbol_of(finding.severity)).append(" | ");
    if (finding.line > 0) {
        row += link(std::to_string(finding.line), links.of_file(finding.file, finding.line));
    }
    row += " | " + link(markdown_text(shown(finding.rule)), links.of_rule(finding.rule));
    row += " | " + markdown_text(shown(finding.message));
    if (!finding.hint.empty()) row += "<br>" + markdown_text(shown(finding.hint));
    return row + " |\n";
}

std::string summary_table(const ValidationReport& report) {
    const SeverityCounts counts = count_severities(report.findings);
    std::string text =
        "| Errors | Warnings | Notes | Entries checked | Rows checked | Files checked |\n"
        "|---:|---:|---:|---:|---:|---:|\n|";
    for (const std::size_t count :
         {counts.errors, counts.warnings, counts.notes, report.entries_checked, report.rows_checked,
          report.files_checked}) {
        text += ' ' + std::to_string(count) + " |";
    }
    return text + '\n';
}

std::string list(std::string_view title, const std::vector<std::string>& items, std::size_t limit) {
    if (items.empty()) return "";
    std::string text = "\n### ";
    text.append(title).append("\n\n");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (text.size() > limit) {
            return text + "- and " + std::to_string(items.size() - i) + " more\n";
        }
        text += "- " + markdown_text(items[i]) + '\n';
    }
    return text;
}

struct FileFindings {
    const std::string* file = nullptr;
    Severity worst = Severity::note;
    std::vector<const Finding*> findings;
};

/// Files with errors first, because the end of a long report may be cut.
std::vector<FileFindings> by_file(const std::vector<Finding>& findings) {
    std::map<std::string_view, FileFindings> found;
    for (const Finding& finding : findings) {
        FileFindings& file = found[finding.file];
        file.file = &finding.file;
        file.worst = std::max(file.worst, finding.severity);
        file.findings.push_back(&finding);
    }
    std::vector<FileFindings> files;
    for (auto& [name, file] : found) files.push_back(std::move(file));
    std::stable_sort(files.begin(), files.end(), [](const FileFindings& a, const FileFindings& b) {
        return a.worst > b.worst;
    });
    return files;
}

std::string file_head(const FileFindings& file, const Links& links) {
    const std::string name =
        file.file->empty() ? std::string("The repository")
                           : link(markdown_code(shown(*file.file)), links.of_file(*file.file, 0));
    return "\n### " + name + "\n\n| | Line | Rule | Finding |\n|---|---:|---|---|\n";
}

/// Adds rows while they fit, then the number of the others.
void append_findings(std::string& text, const std::vector<Finding>& findings, const Links& links,
                     std::size_t limit) {
    std::size_t written = 0;
    for (const FileFindings& file : by_file(findings)) {
        std::string pending = file_head(file, links);
        for (const Finding* finding : file.findings) {
            pending += finding_row(*finding, links);
            if (text.size() + pending.size() + tail_size > limit) {
                text += "\n**" + std::to_string(findings.size() - written) +
                        " more findings do not fit here.** The formats text "
                        "and json list all findings.\n";
                return;
            }
            text += pending;
            pending.clear();
            ++written;
        }
    }
}

/// The models that did not pass come first.
std::string run_table(const RunReport& runs, std::size_t limit) {
    if (runs.runtime.empty()) return "";
    std::string text = "\n### Models that were run\n\n" + markdown_text(run_summary(runs)) +
                       "\n\n| Model | Outcome | Time | Largest difference | |\n"
                       "|---|---|---:|---:|---|\n";
    std::size_t written = 0;
    for (const ModelRunResult* run : in_order_of_interest(runs)) {
        if (text.size() > limit) break;
        text += "| " + markdown_code(shown(run->model)) + " | " + run->outcome + " | " +
                time_text(*run) + " | " + difference_text(*run) + " | " +
                markdown_text(shown(run->reason)) + " |\n";
        ++written;
    }
    if (written < runs.models.size()) {
        text += "\nand " + std::to_string(runs.models.size() - written) + " more\n";
    }
    return text;
}

}  // namespace

std::string render_markdown(const ValidationReport& report, const ReportOptions& options) {
    std::string text = "## onnxhub validate: " + to_text(count_severities(report.findings)) +
                       "\n\n" + summary_table(report);
    std::vector<std::string> unchecked;
    for (const Unchecked& item : report.unchecked) unchecked.push_back(to_text(item));
    std::vector<std::string> notices;
    for (const std::string& notice : report.notices) notices.push_back(shown(notice));
    const std::size_t list_limit = options.markdown_limit / list_share;
    text += list("Not checked", unchecked, list_limit) + list("Notices", notices, list_limit);
    text += run_table(report.runs, list_limit);
    append_findings(text, report.findings, Links(report, options), options.markdown_limit);
    return text;
}

}  // namespace onnxhub
