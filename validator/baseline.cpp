// SPDX-License-Identifier: Apache-2.0
#include "validator/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "manifest/json.h"

namespace onnxhub {
namespace {

constexpr std::int64_t baseline_version = 2;
constexpr std::int64_t message_version = 1;  // with message_fingerprints()
constexpr std::size_t fingerprint_digits = 16;

/// Reads the document and keeps the first problem.
class BaselineReader {
public:
    explicit BaselineReader(const std::string& path) : path_(path) {}

    std::variant<Baseline, Diagnostic> read(std::string_view text) {
        auto parsed = parse_json(text);
        if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
            return problem(error->line, fmt::format("not valid JSON: {}", error->message));
        }
        const JsonDocument& document = std::get<JsonDocument>(parsed);
        if (!document.duplicate_keys.empty()) {
            const DuplicateKey& twice = document.duplicate_keys.front();
            return problem(twice.line, fmt::format("the key \"{}\" occurs twice", twice.key));
        }
        const JsonValue* version = document.root.find("version");
        if (!version) return problem(document.root.line, "not a baseline: \"version\" is missing");
        if (version->integer() != baseline_version && version->integer() != message_version) {
            return problem(version->line, fmt::format("the version is not {} or {}",
                                                      message_version, baseline_version));
        }
        const JsonValue* findings = document.root.find("findings");
        if (!findings || !findings->array()) {
            return problem(document.root.line, "\"findings\" is not an array");
        }
        Baseline baseline;
        baseline.has_message_fingerprints = version->integer() == message_version;
        for (const JsonValue& json : *findings->array()) {
            baseline.findings.push_back(read_finding(json));
            if (problem_) return std::move(*problem_);
        }
        return baseline;
    }

private:
    KnownFinding read_finding(const JsonValue& json) {
        KnownFinding known;
        known.fingerprint = text_of(json, "fingerprint", true);
        const bool is_hex = std::ranges::all_of(known.fingerprint, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
        if (!problem_ && (known.fingerprint.size() != fingerprint_digits || !is_hex)) {
            problem_ = problem(json.line, fmt::format("the fingerprint is not {} hexadecimal "
                                                      "digits",
                                                      fingerprint_digits));
        }
        known.rule = text_of(json, "rule", true);
        known.file = text_of(json, "file", false);
        known.subject = text_of(json, "subject", false);
        known.message = text_of(json, "message", false);
        known.reason = text_of(json, "reason", false);
        return known;
    }

    std::string text_of(const JsonValue& json, std::string_view key, bool is_required) {
        const JsonValue* value = json.object() ? json.find(key) : nullptr;
        if (value && value->string()) return *value->string();
        if ((value || is_required) && !problem_) {
            problem_ = problem(
                value ? value->line : json.line,
                fmt::format("a finding's \"{}\" is {}", key, value ? "not a string" : "missing"));
        }
        return "";
    }

    Diagnostic problem(int line, std::string message) const {
        return {Severity::error,
                "",
                path_,
                line,
                std::move(message),
                "write the file again with --write-baseline"};
    }

    const std::string& path_;
    std::optional<Diagnostic> problem_;
};

JsonValue to_json(const KnownFinding& known) {
    JsonObject members;
    const auto add = [&](const char* key, const std::string& text) {
        if (!text.empty()) members.push_back({key, json_string(text)});
    };
    add("fingerprint", known.fingerprint);
    add("rule", known.rule);
    add("file", known.file);
    add("subject", known.subject);
    add("message", known.message);
    add("reason", known.reason);
    return json_object(std::move(members));
}

std::vector<std::string> fingerprints_for(const Baseline& baseline,
                                          const std::vector<Finding>& findings) {
    return baseline.has_message_fingerprints ? message_fingerprints(findings)
                                             : fingerprints(findings);
}

/// The reason that `previous` gives for each finding; empty for none.
std::vector<std::string> reasons_of(const std::vector<Finding>& findings,
                                    const Baseline* previous) {
    std::vector<std::string> reasons(findings.size());
    if (!previous) return reasons;
    std::unordered_map<std::string, std::string> known;
    for (const KnownFinding& finding : previous->findings) {
        known[finding.fingerprint] = finding.reason;
    }
    const std::vector<std::string> prints = fingerprints_for(*previous, findings);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (const auto found = known.find(prints[i]); found != known.end()) {
            reasons[i] = found->second;
        }
    }
    return reasons;
}

}  // namespace

std::string baseline_text(const std::vector<Finding>& findings, const Baseline* previous) {
    std::vector<std::string> reasons = reasons_of(findings, previous);
    const std::vector<std::string> prints = fingerprints(findings);
    std::vector<KnownFinding> known;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        known.push_back({prints[i], finding.rule, finding.file, finding.subject, finding.message,
                         std::move(reasons[i])});
    }
    std::ranges::sort(known, {}, [](const KnownFinding& finding) {
        return std::tie(finding.file, finding.rule, finding.fingerprint);
    });
    JsonArray list;
    for (const KnownFinding& finding : known) list.push_back(to_json(finding));
    return json_text(json_object({{"version", json_integer(baseline_version)},
                                  {"findings", json_array(std::move(list))}})) +
           '\n';
}

std::variant<Baseline, Diagnostic> parse_baseline(std::string_view text, const std::string& path) {
    return BaselineReader(path).read(text);
}

BaselineOutcome apply_baseline(const Baseline& baseline, std::vector<Finding> findings) {
    std::unordered_set<std::string> known;
    for (const KnownFinding& finding : baseline.findings) known.insert(finding.fingerprint);
    BaselineOutcome outcome;
    std::unordered_set<std::string> found;
    const std::vector<std::string> prints = fingerprints_for(baseline, findings);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        found.insert(prints[i]);
        if (known.contains(prints[i])) {
            outcome.known_count += 1;
        } else {
            outcome.fresh.push_back(std::move(findings[i]));
        }
    }
    for (const KnownFinding& finding : baseline.findings) {
        if (found.contains(finding.fingerprint)) continue;
        outcome.fixed.push_back(
            fmt::format("{}: {}: {}", finding.rule, finding.file, finding.message));
    }
    return outcome;
}

}  // namespace onnxhub
