// SPDX-License-Identifier: Apache-2.0
#include "validator/setting_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/glob.h"
#include "base/spelling.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

constexpr RuleInfo unknown_setting{
    .id = "unknown-setting",
    .severity = Severity::warning,
    .family = "settings",
    .what = "`onnxhub.toml` has a key that means nothing here.",
    .why = "A slip of the pen turns a setting off without a word.",
    .example = "`strip_tag = [\"validated\"]` for `strip_tags`",
    .fix = "Correct or remove the key.",
};

constexpr RuleInfo ignore_unknown_rule{
    .id = "ignore-unknown-rule",
    .severity = Severity::warning,
    .family = "settings",
    .what = "`[[validate.ignore]]` names a rule or family that does not exist.",
    .why = "It ignores nothing, and what it was meant for is reported.",
    .example = "`rule = \"row-archive-mising\"`",
    .fix = "Use a name that `onnxhub validate --rules` lists.",
};

constexpr RuleInfo ignore_unused{
    .id = "ignore-unused",
    .severity = Severity::warning,
    .family = "settings",
    .what = "No finding matches an `[[validate.ignore]]`.",
    .why = "Its reason is gone, and it may hide the next finding of that kind.",
    .example = "The missing archives were added, and the ignore stayed.",
    .fix = "Remove it.",
};

constexpr std::array setting_rule_list{unknown_setting, ignore_unknown_rule, ignore_unused};

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

bool is_known(const std::string& name) {
    return find_rule(name) || std::ranges::count(rule_families(), std::string_view(name)) > 0;
}

}  // namespace

std::span<const RuleInfo> setting_rules() {
    return setting_rule_list;
}

void pass_by_unused_ignores(const Settings& settings, FindingList& findings) {
    findings.skip(ignore_unused, "one shard can't tell", settings.ignored_rules.size());
}

std::size_t apply_ignores(const Settings& settings, const Settings& judging,
                          bool checked_everything, std::vector<Finding>& findings) {
    FindingList troubles;
    for (const IgnoredRule& ignored : settings.ignored_rules) {
        if (is_known(ignored.rule)) continue;
        troubles.report(ignore_unknown_rule, {settings.file, ignored.line},
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
        troubles.report(
            ignore_unused, {settings.file, own->line},
            fmt::format("no finding of \"{}\" matches \"{}\"", ignored.rule, ignored.path),
            "remove it: its reason is gone", {ignored.rule + " " + ignored.path, ""});
    }
    for (Finding& finding : troubles.take_findings()) findings.push_back(std::move(finding));
    return removed;
}

}  // namespace onnxhub
