// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/support/damage_families.h"

namespace onnxhub::test {
namespace {

std::vector<Damage> join_families() {
    std::vector<Damage> all;
    for (const auto family : {manifest_damages, table_damages, file_damages, content_damages,
                              signing_damages, index_damages, change_damages}) {
        std::ranges::move(family(), std::back_inserter(all));
    }
    return all;
}

double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string text_of(const Finding& finding) {
    return fmt::format("{} {}:{}: {}", finding.rule, finding.file, finding.line, finding.message);
}

void judge(const std::vector<Finding>& findings, const std::set<std::string>& known,
           const Consequences& consequences, const std::string& where, DamageScore& result) {
    const std::vector<std::string> prints = message_fingerprints(findings);
    std::set<ExpectedFinding> seen;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        const ExpectedFinding place{finding.rule, finding.file, finding.line};
        seen.insert(place);
        if (known.contains(prints[i]) || finding.severity == Severity::note) continue;
        result.reported += 1;
        if (consequences.required.contains(place) || consequences.allowed.contains(finding.rule)) {
            result.explained += 1;
        } else {
            result.complaints.push_back(where + ": not expected: " + text_of(finding));
        }
    }
    for (const ExpectedFinding& expected : consequences.required) {
        result.required += 1;
        if (seen.contains(expected)) {
            result.found += 1;
        } else {
            result.complaints.push_back(fmt::format("{}: missed {} {}:{}", where, expected.rule,
                                                    expected.file, expected.line));
        }
    }
}

}  // namespace

const std::vector<Damage>& all_damages() {
    static const std::vector<Damage> damages = join_families();
    return damages;
}

std::set<std::string> rules_of_damages(const HubFiles& healthy) {
    std::set<std::string> rules;
    for (const Damage& damage : all_damages()) {
        HubFiles hub = healthy;
        Consequences consequences;
        if (!damage.apply(hub, 0, consequences)) continue;
        for (const ExpectedFinding& expected : consequences.required) rules.insert(expected.rule);
    }
    return rules;
}

DamageScore score(const Damage& damage, const HubFiles& healthy, const std::vector<Finding>& known,
                  std::size_t positions, std::size_t stride, ModelChecker* checker) {
    std::set<std::string> prints;
    for (std::string& print : message_fingerprints(known)) prints.insert(std::move(print));
    DamageScore result;
    for (std::size_t i = 0; i < positions; ++i) {
        HubFiles hub = healthy;
        Consequences consequences;
        if (!damage.apply(hub, i * stride, consequences)) {
            if (i == 0) result.complaints.push_back("can't be applied");
            break;
        }
        result.positions += 1;
        judge(validate_files(hub, checker), prints, consequences,
              fmt::format("{} at {}", damage.name, i * stride), result);
    }
    return result;
}

std::string score_table(const std::vector<std::pair<const char*, DamageScore>>& scores) {
    std::string table =
        fmt::format("{:46} {:>9} {:>8} {:>10}\n", "damage", "positions", "recall", "precision");
    DamageScore total;
    for (const auto& [name, one] : scores) {
        table += fmt::format("{:46} {:>9} {:>8.3f} {:>10.3f}\n", name, one.positions,
                             ratio(one.found, one.required), ratio(one.explained, one.reported));
        total.positions += one.positions;
        total.required += one.required;
        total.found += one.found;
        total.reported += one.reported;
        total.explained += one.explained;
    }
    return table + fmt::format("{:46} {:>9} {:>8.3f} {:>10.3f}\n",
                               fmt::format("all {} kinds", scores.size()), total.positions,
                               ratio(total.found, total.required),
                               ratio(total.explained, total.reported));
}

}  // namespace onnxhub::test
