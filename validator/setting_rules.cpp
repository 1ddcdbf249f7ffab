// SPDX-License-Identifier: Apache-2.0
#include "validator/setting_rules.h"

#include <array>

#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo unknown_setting{
    .id = rule_id::unknown_setting,
    .severity = Severity::warning,
    .family = "settings",
    .what = "`onnxhub.toml` has an unknown key.",
    .why = "A misspelled key has no effect.",
    .example = "`strip_tag = [\"validated\"]` instead of `strip_tags`",
    .fix = "Correct or remove the key.",
};

constexpr RuleInfo ignore_unknown_rule{
    .id = rule_id::ignore_unknown_rule,
    .severity = Severity::warning,
    .family = "settings",
    .what = "`[[validate.ignore]]` names a rule or family that does not exist.",
    .why = "The ignore has no effect, and the findings are reported.",
    .example = "`rule = \"row-archive-mising\"`",
    .fix = "Use a name from `onnxhub validate --rules`.",
};

constexpr RuleInfo ignore_unused{
    .id = rule_id::ignore_unused,
    .severity = Severity::warning,
    .family = "settings",
    .what = "No finding matches an `[[validate.ignore]]`.",
    .why = "It is no longer needed, and may hide a future finding.",
    .example = "The missing archives were added, but the ignore is still there.",
    .fix = "Remove the ignore.",
};

constexpr std::array setting_rule_list{unknown_setting, ignore_unknown_rule, ignore_unused};

}  // namespace

std::span<const RuleInfo> setting_rules() {
    return setting_rule_list;
}

}  // namespace onnxhub
