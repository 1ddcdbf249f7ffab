// SPDX-License-Identifier: Apache-2.0
// JUnit XML as Jenkins and GitLab read it: a suite per family of rules, a test case per rule.
#include <algorithm>
#include <map>

#include "base/utf8.h"
#include "validator/report_formats.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

/// Listed findings per rule: GitLab rejects files over 30 MB.
constexpr std::size_t listed_limit = 500;

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

/// A rule and its results.
struct Case {
    std::string rule;
    std::vector<const Finding*> findings;  ///< worst first
    std::vector<const Unchecked*> unchecked;

    bool has_errors() const {
        return !findings.empty() && findings.front()->severity == Severity::error;
    }
    /// Not failed, but not completely checked either.
    bool is_skipped() const { return !has_errors() && !unchecked.empty(); }
};

struct Suite {
    std::string family;
    std::vector<Case> cases;
};

/// Families and rules in the given order; other rules come last.
class Suites {
public:
    explicit Suites(std::span<const RuleInfo> rules) {
        for (const RuleInfo& rule : rules) add(std::string(rule.family), std::string(rule.id));
    }

    Case& of(const std::string& rule) {
        if (!places_.contains(rule)) add("other", rule);
        const auto [suite, place] = places_[rule];
        return suites_[suite].cases[place];
    }

    const std::vector<Suite>& all() const { return suites_; }

private:
    void add(const std::string& family, const std::string& rule) {
        auto suite = std::find_if(suites_.begin(), suites_.end(),
                                  [&](const Suite& known) { return known.family == family; });
        if (suite == suites_.end()) suite = suites_.insert(suite, Suite{family, {}});
        places_[rule] = {static_cast<std::size_t>(suite - suites_.begin()), suite->cases.size()};
        suite->cases.push_back({rule, {}, {}});
    }

    std::vector<Suite> suites_;
    std::map<std::string, std::pair<std::size_t, std::size_t>> places_;
};

std::string counts_xml(const std::vector<const Suite*>& suites) {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t skipped = 0;
    for (const Suite* suite : suites) {
        for (const Case& tested : suite->cases) {
            ++tests;
            failures += tested.has_errors() ? 1 : 0;
            skipped += tested.is_skipped() ? 1 : 0;
        }
    }
    return " tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) +
           "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + '"';
}

std::string counts_text(const Case& tested) {
    SeverityCounts counts;
    for (const Finding* finding : tested.findings) counts.add(finding->severity);
    return to_text(counts);
}

/// No line begins with text from the repository: it could be a command in a workflow's log.
std::string list_text(const Case& tested) {
    std::string text;
    const std::size_t listed = std::min(tested.findings.size(), listed_limit);
    for (const Finding* finding : std::span(tested.findings).first(listed)) {
        text += "- " + location_text(*finding) + ": ";
        text.append(name_of(finding->severity)).append(": ") += statement_text(*finding) + '\n';
    }
    if (listed < tested.findings.size()) {
        text += "- and " + std::to_string(tested.findings.size() - listed) + " more\n";
    }
    for (const Unchecked* unchecked : tested.unchecked) text += "- " + to_text(*unchecked) + '\n';
    return text;
}

std::string unchecked_text(const Case& tested) {
    std::string text;
    for (const Unchecked* unchecked : tested.unchecked) {
        text += (text.empty() ? "" : ", ") + std::to_string(unchecked->count) +
                " not checked: " + shown(unchecked->reason);
    }
    return text;
}

/// Warnings do not fail a case: Jenkins would report an unstable build, although onnxhub succeeds.
std::string case_xml(const std::string& family, const Case& tested) {
    const std::string head = "    <testcase classname=\"onnxhub." + xml(shown(family)) +
                             "\" name=\"" + xml(shown(tested.rule)) + '"';
    if (tested.findings.empty() && tested.unchecked.empty()) return head + "/>\n";
    std::string text = head + ">\n";
    const std::string list = xml(list_text(tested));
    if (tested.has_errors()) {
        text += "      <failure type=\"error\" message=\"" + xml(counts_text(tested)) + "\">" +
                list + "</failure>\n";
    } else {
        if (tested.is_skipped()) {
            text += "      <skipped message=\"" + xml(unchecked_text(tested)) + "\"/>\n";
        }
        text += "      <system-out>" + list + "</system-out>\n";
    }
    return text + "    </testcase>\n";
}

std::string notices_xml(const ValidationReport& report) {
    std::string text;
    for (const std::string& notice : report.notices) text += "notice: " + shown(notice) + '\n';
    return "    <system-out>" + xml(text + summary_text(report) + '\n') + "</system-out>\n";
}

}  // namespace

std::string render_junit(const ValidationReport& report, const ReportOptions& options) {
    Suites suites(options.rules);
    for (const Finding* finding : worst_first(report.findings)) {
        suites.of(finding->rule).findings.push_back(finding);
    }
    for (const Unchecked& unchecked : report.unchecked) {
        suites.of(unchecked.rule).unchecked.push_back(&unchecked);
    }

    std::vector<const Suite*> all;
    for (const Suite& suite : suites.all()) all.push_back(&suite);
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += "<testsuites name=\"onnxhub validate\"" + counts_xml(all) + ">\n";
    for (const Suite* suite : all) {
        text +=
            "  <testsuite name=\"" + xml(shown(suite->family)) + '"' + counts_xml({suite}) + ">\n";
        for (const Case& tested : suite->cases) text += case_xml(suite->family, tested);
        if (suite == all.back()) text += notices_xml(report);
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

}  // namespace onnxhub
