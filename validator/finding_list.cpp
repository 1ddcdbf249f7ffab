// SPDX-License-Identifier: Apache-2.0
#include "validator/finding_list.h"

#include <iterator>

#include "validator/rule_catalog.h"

namespace onnxhub {

void FindingList::report(const RuleInfo& rule, Place place, std::string message, std::string hint,
                         Subject subject) {
    Finding finding;
    finding.rule = rule.id;
    finding.severity = rule.severity;
    finding.file = std::move(place.file);
    finding.line = place.line;
    finding.message = std::move(message);
    finding.hint = std::move(hint);
    finding.subject = std::move(subject.name);
    finding.about = std::move(subject.about);
    findings_.push_back(std::move(finding));
}

void FindingList::report(const Diagnostic& diagnostic) {
    Finding finding;
    finding.rule = diagnostic.rule;
    const RuleInfo* rule = find_rule(diagnostic.rule);
    finding.severity = rule ? rule->severity : diagnostic.severity;
    finding.file = diagnostic.file;
    finding.line = diagnostic.line;
    finding.message = diagnostic.message;
    finding.hint = diagnostic.hint;
    findings_.push_back(std::move(finding));
}

void FindingList::pass_by(const RuleInfo& rule, const std::string& reason, std::size_t count) {
    if (count > 0) passed_by_[{std::string(rule.id), reason}] += count;
}

void FindingList::append(FindingList other) {
    std::move(other.findings_.begin(), other.findings_.end(), std::back_inserter(findings_));
    for (const auto& [key, count] : other.passed_by_) passed_by_[key] += count;
}

std::vector<Unchecked> FindingList::unchecked() const {
    std::vector<Unchecked> all;
    for (const auto& [key, count] : passed_by_) all.push_back({key.first, count, key.second});
    return all;
}

}  // namespace onnxhub
