// SPDX-License-Identifier: Apache-2.0
#include "generator/generation_peek.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "manifest/rule_ids.h"

namespace onnxhub {

std::vector<PeekTarget> models_to_peek(const std::vector<RowResult>& results) {
    std::vector<PeekTarget> targets;
    for (const RowResult& result : results) {
        if (!result.missing) continue;
        targets.push_back({result.missing->path, result.missing->sha, result.missing->size_bytes});
    }
    return targets;
}

void use_peeked(const Tree& tree, const GenerationPlan& plan, const GenerateOptions& generate,
                std::vector<RowResult>& results) {
    std::vector<std::size_t> rows, positions;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto& missing = results[i].missing;
        if (!missing || !generate.peeked->has(missing->sha, missing->size_bytes)) continue;
        rows.push_back(i);
        positions.push_back(results[i].position);
    }
    auto made = make_rows(tree, plan, positions, generate, nullptr);
    make_complete(plan, made);
    for (std::size_t k = 0; k < rows.size(); ++k) results[rows[k]] = std::move(made[k]);
}

void report_failures(const PeekSummary& summary, Diagnostics& diagnostics) {
    std::vector<std::pair<const PeekFailure*, std::size_t>> reasons;  // with their numbers
    for (const PeekFailure& failure : summary.failures) {
        const auto same = std::ranges::find_if(
            reasons, [&](const auto& known) { return known.first->reason == failure.reason; });
        if (same == reasons.end()) {
            reasons.emplace_back(&failure, 1);
        } else {
            same->second += 1;
        }
    }
    for (const auto& [failure, count] : reasons) {
        const std::string others = count == 1 ? ""
                                   : count == 2
                                       ? " (and of 1 other model)"
                                       : fmt::format(" (and of {} other models)", count - 1);
        diagnostics.report({Severity::error, rule_id::peek_failed, failure->path, 0,
                            fmt::format("its graph{} was not read: {}", others, failure->reason),
                            "try again later, or get the model with --fetch"});
    }
}

}  // namespace onnxhub
