// SPDX-License-Identifier: Apache-2.0
#include "validator/rule_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "manifest/json.h"
#include "validator/report_parts.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

std::string_view family_title(std::string_view family) {
    static const std::map<std::string_view, std::string_view> titles{
        {"document", "the manifest itself"},
        {"files", "the manifest against the files"},
        {"pointers", "Git LFS pointers, and files that should be pointers"},
        {"remote", "files on servers, with `--remote`"},
        {"tables", "README tables, and the manifest against the tables"},
        {"graph", "graphs of downloaded models"},
        {"operators", "nodes of downloaded models, by the definitions of ONNX's operators"},
        {"archive", "downloaded archives with test data"},
        {"run", "models that ONNX Runtime runs, with `--run`"},
        {"sources", "what `[[source]]` and `[[override]]` state"},
        {"signatures", "signatures of models against the files"},
        {"signing", "roots and the statement of a signed hub"},
        {"index", "the index beside the manifest"},
        {"settings", "`onnxhub.toml`"},
        {"changes", "a change against its base, with `--changed-since`"},
    };
    const auto found = titles.find(family);
    return found == titles.end() ? std::string_view() : found->second;
}

std::string head_text(const RuleInfo& rule) {
    return fmt::format("{}{}", name_of(rule.severity), rule.is_fixable ? ", fixable" : "");
}

JsonValue object_of(const RuleInfo& rule) {
    const auto text = [](std::string_view value) { return json_string(std::string(value)); };
    JsonValue fixable;
    fixable.data = rule.is_fixable;
    return json_object({{"id", text(rule.id)},
                        {"severity", text(name_of(rule.severity))},
                        {"family", text(rule.family)},
                        {"what", text(rule.what)},
                        {"why", text(rule.why)},
                        {"example", text(rule.example)},
                        {"fix", text(rule.fix)},
                        {"fixable", fixable}});
}

}  // namespace

std::string family_text(std::string_view family) {
    std::size_t width = 0;
    for (const RuleInfo& rule : all_rules()) width = std::max(width, rule.id.size());
    std::string text;
    for (const RuleInfo& rule : all_rules()) {
        if (rule.family != family) continue;
        if (text.empty()) text = fmt::format("{}: {}\n", family, family_title(family));
        text += fmt::format("  {:{}}  {:16}  {}\n", rule.id, width, head_text(rule), rule.what);
    }
    return text;
}

std::string rules_text() {
    std::string text;
    for (const std::string_view family : rule_families()) {
        text += (text.empty() ? "" : "\n") + family_text(family);
    }
    return text;
}

RuleExplanation explain(const RuleInfo& rule) {
    return {fmt::format("{}, family {}", head_text(rule), rule.family),
            {{"Why it matters", std::string(rule.why)},
             {"Example", std::string(rule.example)},
             {"How to fix it", std::string(rule.fix)}}};
}

std::string rule_json(const RuleInfo& rule) {
    return json_text(object_of(rule)) + '\n';
}

std::string rules_json() {
    JsonArray rules;
    for (const RuleInfo& rule : all_rules()) rules.push_back(object_of(rule));
    return json_text(json_array(std::move(rules))) + '\n';
}

std::string rules_markdown() {
    std::string text =
        "# Rules\n\n"
        "The checks of `onnxhub validate`. `onnxhub validate --rules --format markdown` writes "
        "this\n"
        "page. `--fix` repairs findings of *fixable* rules. `--select` and `--ignore` accept ids "
        "of\n"
        "rules and names of families, and so does `[[validate.ignore]]` in\n"
        "[`onnxhub.toml`](settings.md).\n";
    std::string_view family;
    for (const RuleInfo& rule : all_rules()) {
        if (rule.family != family) {
            family = rule.family;
            text += fmt::format("\n## {}: {}\n", family, family_title(family));
        }
        text += fmt::format(
            "\n### {}\n\n*{}*\n\n{}\n\n**Why it matters.** {}\n\n**Example.** {}\n\n"
            "**How to fix it.** {}\n",
            rule.id, head_text(rule), rule.what, rule.why, rule.example, rule.fix);
    }
    return text;
}

}  // namespace onnxhub
