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
    .what = "`onnxhub.toml` has a key that means nothing here.",
    .why = "A slip of the pen turns a setting off without a word.",
    .example = "`strip_tag = [\"validated\"]` for `strip_tags`",
    .fix = "Correct or remove the key.",
};

constexpr RuleInfo ignore_unknown_rule{
    .id = rule_id::ignore_unknown_rule,
    .severity = Severity::warning,
    .family = "settings",
    .what = "`[[validate.ignore]]` names a rule or family that does not exist.",
    .why = "It ignores nothing, and what it was meant for is reported.",
    .example = "`rule = \"row-archive-mising\"`",
    .fix = "Use a name that `onnxhub validate --rules` lists.",
};

constexpr RuleInfo ignore_unused{
    .id = rule_id::ignore_unused,
    .severity = Severity::warning,
    .family = "settings",
    .what = "No finding matches an `[[validate.ignore]]`.",
    .why = "Its reason is gone, and it may hide the next finding of that kind.",
    .example = "The missing archives were added, and the ignore stayed.",
    .fix = "Remove it.",
};

constexpr std::array setting_rule_list{unknown_setting, ignore_unknown_rule, ignore_unused};

}  // namespace

std::span<const RuleInfo> setting_rules() {
    return setting_rule_list;
}

}  // namespace onnxhub
