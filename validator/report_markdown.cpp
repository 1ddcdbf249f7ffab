// SPDX-License-Identifier: Apache-2.0
// GitHub flavoured Markdown for a job summary or a comment: https://github.github.com/gfm/
#include <algorithm>
#include <map>

#include "validator/report_formats.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

/// GitHub discards a job summary of more than 1 MiB as a whole.
constexpr std::size_t size_limit = 1'000'000;  // bytes
constexpr std::size_t tail_size = 200;         // bytes kept free for the sentence about the rest
constexpr std::size_t list_size = 100'000;     // bytes of notices, or of what was not checked

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_punctuation(char c) {
    constexpr std::string_view harmless = " -./,'\";:%?=";
    return static_cast<unsigned char>(c) < 0x80 && !is_word(c) && harmless.find(c) == harmless.npos;
}

bool ends_with_any_case(std::string_view text, std::string_view lower_case) {
    if (text.size() < lower_case.size()) return false;
    text.remove_prefix(text.size() - lower_case.size());
    return std::equal(text.begin(), text.end(), lower_case.begin(),
                      [](char a, char b) { return (a | 0x20) == b; });
}

/// GitHub links mentions, issues and addresses in the text that Markdown gives, where escapes no
/// longer show: "@name", "#1", "GH-1", "www.", "https://". An invisible character between `before`
/// and the character after it breaks them.
bool is_link_joint(std::string_view before, char after) {
    if (before.back() == '@' || before.back() == '#') return is_word(after);
    if (before.back() == ':') return after == '/';
    if (after == '.') return ends_with_any_case(before, "www");
    return ends_with_any_case(before, "gh-");
}

/// Whether the character at `i` would be more than itself to Markdown: "- " and "1. " begin lists.
bool needs_escape(std::string_view text, std::size_t i) {
    if (text[i] == '-') return i == 0;
    if (text[i] == '.') return i + 1 == text.size() || text[i + 1] == ' ';
    return is_punctuation(text[i]);
}

/// One line of text, whatever it is, as Markdown that shows just that.
std::string markdown(const std::string& text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (needs_escape(text, i)) {
            escaped += "&#" + std::to_string(static_cast<int>(text[i])) + ';';
        } else {
            escaped += text[i];
        }
        const bool has_next = i + 1 < text.size();
        if (has_next && is_link_joint(std::string_view(text).substr(0, i + 1), text[i + 1])) {
            escaped += "&#8203;";
        }
    }
    return escaped;
}

/// A code span: its fence is longer than any run of backticks in it. Not for table cells, where a
/// pipe would end it.
std::string code(const std::string& text) {
    std::size_t longest_run = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest_run = std::max(longest_run, run);
    }
    const std::string fence(longest_run + 1, '`');
    // Markdown takes one space off either end.
    return fence + ' ' + text + ' ' + fence;
}

std::string_view symbol_of(Severity severity) {
    if (severity == Severity::error) return "\u274c error";
    return severity == Severity::warning ? "\u26a0\ufe0f warning" : "\u2139\ufe0f note";
}

std::string finding_row(const Finding& finding) {
    std::string row = "| ";
    row.append(symbol_of(finding.severity)).append(" | ");
    row += (finding.line > 0 ? std::to_string(finding.line) : "") + " | ";
    row += markdown(shown(finding.rule)) + " | " + markdown(shown(finding.message));
    if (!finding.hint.empty()) row += "<br>" + markdown(shown(finding.hint));
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

std::string list(std::string_view title, const std::vector<std::string>& items) {
    if (items.empty()) return "";
    std::string text = "\n### ";
    text.append(title).append("\n\n");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (text.size() > list_size) {
            return text + "- and " + std::to_string(items.size() - i) + " more\n";
        }
        text += "- " + markdown(items[i]) + '\n';
    }
    return text;
}

struct FileFindings {
    const std::string* file = nullptr;
    Severity worst = Severity::note;
    std::vector<const Finding*> findings;
};

/// Files with errors first, since the end of a long report may be cut off.
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

std::string file_head(const FileFindings& file) {
    const std::string name =
        file.file->empty() ? std::string("The repository") : code(shown(*file.file));
    return "\n### " + name + "\n\n| | Line | Rule | Finding |\n|---|---:|---|---|\n";
}

/// Rows as long as they fit, then how many didn't.
void append_findings(std::string& text, const std::vector<Finding>& findings) {
    std::size_t told = 0;
    for (const FileFindings& file : by_file(findings)) {
        std::string pending = file_head(file);
        for (const Finding* finding : file.findings) {
            pending += finding_row(*finding);
            if (text.size() + pending.size() + tail_size > size_limit) {
                text += "\n**" + std::to_string(findings.size() - told) +
                        " more findings are left out here: a job summary can't be longer.** The "
                        "formats text and json have them all.\n";
                return;
            }
            text += pending;
            pending.clear();
            ++told;
        }
    }
}

}  // namespace

std::string render_markdown(const ValidationReport& report) {
    std::string text = "## onnxhub validate: " + to_text(count_severities(report.findings)) +
                       "\n\n" + summary_table(report);
    std::vector<std::string> unchecked;
    for (const Unchecked& item : report.unchecked) unchecked.push_back(to_text(item));
    std::vector<std::string> notices;
    for (const std::string& notice : report.notices) notices.push_back(shown(notice));
    text += list("Not checked", unchecked) + list("Notices", notices);
    append_findings(text, report.findings);
    return text;
}

}  // namespace onnxhub
