// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 for code scanning:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "manifest/json.h"
#include "manifest/manifest.h"
#include "validator/report_formats.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

/// GitHub shows this number of results per run.
constexpr std::size_t result_limit = 5000;

JsonValue sarif_text(std::string_view text) {
    return json_string(std::string(text));
}

/// Viewers interpret "[text](target)" in a plain message as a link (SARIF 3.11.6).
std::string without_links(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "](") result += '\\';
        result += text[i];
    }
    return result;
}

JsonValue message_json(const std::string& text) {
    return json_object({{"text", json_string(without_links(text))}});
}

JsonValue plain_json(std::string_view text) {
    return json_object({{"text", sarif_text(text)}});
}

JsonValue help_json(const RuleInfo& rule) {
    std::string text;
    std::string markdown;
    const auto add = [&](std::string_view title, std::string_view body) {
        if (body.empty()) return;
        if (!text.empty()) {
            text += "\n\n";
            markdown += "\n\n";
        }
        text.append(title).append(": ").append(body);
        markdown.append("**").append(title).append("**: ").append(body);
    };
    add("What", rule.what);
    add("Why", rule.why);
    add("Example", rule.example);
    add("How to fix", rule.fix);
    if (rule.is_fixable) add("Fixable", "run `onnxhub validate --fix`");
    return json_object(
        {{"text", json_string(std::move(text))}, {"markdown", json_string(std::move(markdown))}});
}

JsonValue rule_json(const RuleInfo& rule) {
    std::string full(rule.what);
    if (!rule.why.empty()) full.append(" ").append(rule.why);
    return json_object(
        {{"id", sarif_text(rule.id)},
         {"helpUri", json_string(rule_url(rule.id))},
         {"shortDescription", plain_json(rule.what)},
         {"fullDescription", plain_json(full)},
         {"help", help_json(rule)},
         {"defaultConfiguration", json_object({{"level", sarif_text(name_of(rule.severity))}})},
         {"properties", json_object({{"tags", json_array({sarif_text(rule.family)})}})}});
}

/// GitHub needs a line, so findings about a whole file are at line 1.
JsonValue region_json(const Finding& finding) {
    JsonObject members{{"startLine", json_integer(std::max(finding.line, 1))}};
    if (const auto columns = character_columns(finding)) {
        members.push_back({"startColumn", json_integer(columns->begin)});
        if (columns->end) members.push_back({"endColumn", json_integer(*columns->end)});
    }
    return json_object(std::move(members));
}

/// GitHub rejects results without a location, so findings about the whole hub are at its manifest.
JsonValue location_json(const ValidationReport& report, const Finding& finding) {
    const std::string file = repository_path(
        report, finding.file.empty() ? std::string(manifest_file_name) : finding.file);
    return json_object(
        {{"physicalLocation",
          json_object({{"artifactLocation", json_object({{"uri", json_string(uri_of(file))},
                                                         {"uriBaseId", sarif_text("%SRCROOT%")}})},
                       {"region", region_json(finding)}})}});
}

using RuleIndex = std::map<std::string_view, std::size_t>;

JsonValue result_json(const ValidationReport& report, const Finding& finding,
                      const std::string& fingerprint, const RuleIndex& rules) {
    JsonObject members{{"ruleId", json_string(finding.rule)}};
    if (const auto rule = rules.find(finding.rule); rule != rules.end()) {
        members.push_back({"ruleIndex", json_unsigned(rule->second)});
    }
    members.push_back({"level", sarif_text(name_of(finding.severity))});
    members.push_back({"message", message_json(statement_text(finding))});
    members.push_back({"locations", json_array({location_json(report, finding)})});
    members.push_back(
        {"partialFingerprints", json_object({{"onnxhub/v2", json_string(fingerprint)}})});
    return json_object(std::move(members));
}

JsonValue results_json(const ValidationReport& report, const RuleIndex& rules) {
    const std::vector<Finding>& findings = report.findings;
    const std::vector<std::string> prints = fingerprints(findings);
    std::vector<const Finding*> chosen = worst_first(findings);
    chosen.resize(std::min(chosen.size(), result_limit));
    JsonArray results;
    for (const Finding* finding : chosen) {
        const auto place = static_cast<std::size_t>(finding - findings.data());
        results.push_back(result_json(report, *finding, prints[place], rules));
    }
    return json_array(std::move(results));
}

JsonValue notification_json(Severity level, const std::string& text) {
    return json_object({{"level", sarif_text(name_of(level))}, {"message", message_json(text)}});
}

JsonValue invocation_json(const ValidationReport& report) {
    JsonArray notifications;
    if (report.findings.size() > result_limit) {
        const std::string text = fmt::format(
            "{} more findings of the lowest severity do not fit in this file; the formats text "
            "and json list all findings",
            report.findings.size() - result_limit);
        notifications.push_back(notification_json(Severity::warning, text));
    }
    for (const Unchecked& unchecked : report.unchecked) {
        JsonValue value = notification_json(Severity::note, to_text(unchecked));
        std::get<JsonObject>(value.data)
            .push_back({"associatedRule", json_object({{"id", json_string(unchecked.rule)}})});
        notifications.push_back(std::move(value));
    }
    for (const std::string& notice : report.notices) {
        notifications.push_back(notification_json(Severity::note, shown(notice)));
    }
    JsonValue done;
    done.data = true;
    return json_object({{"executionSuccessful", std::move(done)},
                        {"toolExecutionNotifications", json_array(std::move(notifications))}});
}

/// The rules that have findings or skipped checks: a report on a clean hub is small.
std::vector<const RuleInfo*> used_rules(const ValidationReport& report,
                                        const ReportOptions& options) {
    std::set<std::string_view> used;
    for (const Finding& finding : report.findings) used.insert(finding.rule);
    for (const Unchecked& unchecked : report.unchecked) used.insert(unchecked.rule);
    std::vector<const RuleInfo*> rules;
    for (const RuleInfo& rule : options.rules) {
        if (used.contains(rule.id)) rules.push_back(&rule);
    }
    return rules;
}

JsonValue driver_json(const ReportOptions& options, const std::vector<const RuleInfo*>& used) {
    JsonObject members{{"name", sarif_text("onnxhub")}};
    if (!options.tool_version.empty()) {
        members.push_back({"version", json_string(options.tool_version)});
    }
    JsonArray rules;
    for (const RuleInfo* rule : used) rules.push_back(rule_json(*rule));
    members.push_back({"rules", json_array(std::move(rules))});
    return json_object(std::move(members));
}

}  // namespace

std::string render_sarif(const ValidationReport& report, const ReportOptions& options) {
    const std::vector<const RuleInfo*> used = used_rules(report, options);
    RuleIndex rules;
    for (std::size_t i = 0; i < used.size(); ++i) rules.emplace(used[i]->id, i);
    JsonValue run = json_object({{"tool", json_object({{"driver", driver_json(options, used)}})},
                                 {"columnKind", sarif_text("unicodeCodePoints")},
                                 {"invocations", json_array({invocation_json(report)})},
                                 {"results", results_json(report, rules)}});
    const JsonValue document =
        json_object({{"$schema", sarif_text("https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
                                            "errata01/os/schemas/sarif-schema-2.1.0.json")},
                     {"version", sarif_text("2.1.0")},
                     {"runs", json_array({std::move(run)})}});
    // "##[" can only occur inside a string.
    return without_runner_commands(json_text(document), "\\u0023") + '\n';
}

}  // namespace onnxhub
