// SPDX-License-Identifier: Apache-2.0
#include "validator/ignored_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/glob.h"
#include "manifest/rule_ids.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

bool names_rule(const IgnoredRule& ignored, const std::string& rule) {
    if (ignored.rule == rule) return true;
    const RuleInfo* info = find_rule(rule);
    return info && info->family == ignored.rule;
}

bool matches(const IgnoredRule& ignored, const Finding& finding) {
    if (!names_rule(ignored, finding.rule)) return false;
    return glob_matches(ignored.path, finding.file) ||
           (!finding.about.empty() && glob_matches(ignored.path, finding.about));
}

bool matches(const IgnoredRule& ignored, const Diagnostic& diagnostic) {
    return names_rule(ignored, diagnostic.rule) && glob_matches(ignored.path, diagnostic.file);
}

bool is_known(const std::string& name) {
    return find_rule(name) || std::ranges::count(rule_families(), std::string_view(name)) > 0;
}

}  // namespace

void skip_unused_ignores(const Settings& settings, FindingList& findings) {
    findings.skip(*find_rule(rule_id::ignore_unused), "needs the whole hub",
                  settings.ignored_rules.size());
}

std::size_t remove_accepted_warnings(const std::vector<IgnoredRule>& ignored,
                                     Diagnostics& diagnostics) {
    Diagnostics kept;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        const bool is_accepted = diagnostic.severity == Severity::warning &&
                                 std::ranges::any_of(ignored, [&](const IgnoredRule& rule) {
                                     return is_known(rule.rule) && matches(rule, diagnostic);
                                 });
        if (!is_accepted) kept.report(diagnostic);
    }
    const std::size_t count = diagnostics.all().size() - kept.all().size();
    diagnostics = std::move(kept);
    return count;
}

std::size_t apply_ignores(const Settings& settings, const Settings& judging,
                          bool checked_everything, std::vector<Finding>& findings) {
    FindingList problems;
    for (const IgnoredRule& ignored : settings.ignored_rules) {
        if (is_known(ignored.rule)) continue;
        problems.report(*find_rule(rule_id::ignore_unknown_rule), {settings.file, ignored.line},
                        fmt::format("there is no rule or family \"{}\"", ignored.rule),
                        advice_on_unknown_rule(ignored.rule), {ignored.rule, ""});
    }
    std::size_t removed = 0;
    for (const IgnoredRule& ignored : judging.ignored_rules) {
        if (!is_known(ignored.rule)) continue;
        const std::size_t count = std::erase_if(
            findings, [&](const Finding& finding) { return matches(ignored, finding); });
        removed += count;
        const auto own =
            std::ranges::find_if(settings.ignored_rules, [&](const IgnoredRule& other) {
                return other.rule == ignored.rule && other.path == ignored.path;
            });
        if (count > 0 || !checked_everything || own == settings.ignored_rules.end()) continue;
        problems.report(
            *find_rule(rule_id::ignore_unused), {settings.file, own->line},
            fmt::format("no finding of \"{}\" matches \"{}\"", ignored.rule, ignored.path),
            "remove the ignore", {ignored.rule + " " + ignored.path, ""});
    }
    for (Finding& finding : problems.take_findings()) findings.push_back(std::move(finding));
    return removed;
}

}  // namespace onnxhub
