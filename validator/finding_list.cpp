// SPDX-License-Identifier: Apache-2.0
#include "validator/finding_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/parallel.h"

namespace onnxhub {
namespace {

/// Cuts between characters.
void cut_line(std::string& text) {
    if (text.size() <= finding_text_limit) return;
    std::size_t end = finding_text_limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text += "…";
}

}  // namespace

void FindingList::add(Finding finding) {
    if (++counts_[finding.rule] > findings_of_rule_limit) {
        left_out_[finding.rule] += 1;
        return;
    }
    cut_line(finding.message);
    cut_line(finding.hint);
    cut_line(finding.subject);
    cut_line(finding.key);
    findings_.push_back(std::move(finding));
}

void FindingList::report(const RuleInfo& rule, Place place, std::string message, std::string hint,
                         Subject subject) {
    Finding finding;
    finding.rule = rule.id;
    finding.severity = rule.severity;
    finding.file = std::move(place.file);
    finding.line = place.line;
    finding.key = std::move(place.field);
    finding.cell = place.cell;
    finding.message = std::move(message);
    finding.hint = std::move(hint);
    finding.subject = std::move(subject.name);
    finding.about = std::move(subject.about);
    add(std::move(finding));
}

void FindingList::report(const Diagnostic& diagnostic) {
    Finding finding;
    finding.rule = diagnostic.rule;
    finding.severity = diagnostic.severity;
    finding.file = diagnostic.file;
    finding.line = diagnostic.line;
    finding.cell = diagnostic.cell;
    finding.message = diagnostic.message;
    finding.hint = diagnostic.hint;
    add(std::move(finding));
}

void FindingList::skip(const RuleInfo& rule, const std::string& reason, std::size_t count) {
    if (count > 0) skipped_[{std::string(rule.id), reason}] += count;
}

void FindingList::add_runs(RunReport runs) {
    if (!runs.runtime.empty()) runs_.runtime = std::move(runs.runtime);
    std::ranges::move(runs.models, std::back_inserter(runs_.models));
}

void FindingList::append(FindingList other) {
    add_runs(std::move(other.runs_));
    for (Finding& finding : other.findings_) add(std::move(finding));
    for (const auto& [rule, count] : other.left_out_) left_out_[rule] += count;
    for (const auto& [key, count] : other.skipped_) skipped_[key] += count;
}

std::vector<Unchecked> FindingList::unchecked() const {
    std::vector<Unchecked> all;
    for (const auto& [key, count] : skipped_) all.push_back({key.first, count, key.second});
    return all;
}

void check_each(std::size_t count, unsigned jobs, FindingList& findings,
                const std::function<void(std::size_t, FindingList&)>& check) {
    constexpr std::size_t block_size = 1024;
    for (std::size_t begin = 0; begin < count; begin += block_size) {
        std::vector<FindingList> found(std::min(block_size, count - begin));
        for_each_index(found.size(), jobs, [&](std::size_t i) { check(begin + i, found[i]); });
        for (FindingList& list : found) findings.append(std::move(list));
    }
}

}  // namespace onnxhub
