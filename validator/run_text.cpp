// SPDX-License-Identifier: Apache-2.0
#include "validator/run_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escaping.h"
#include "validator/report_parts.h"

namespace onnxhub {
namespace {

constexpr std::size_t listed_runs = 50;

int rank_of(const ModelRunResult& run) {
    if (run.outcome == run_unsuccessful) return 0;
    return run.outcome == run_undecided ? 1 : 2;
}

}  // namespace

bool is_run_outcome(std::string_view text) {
    return text == run_passed || text == run_unsuccessful || text == run_undecided;
}

RunCounts count_runs(const RunReport& runs) {
    RunCounts counts;
    for (const ModelRunResult& run : runs.models) {
        if (run.outcome == run_passed) ++counts.passed;
        if (run.outcome == run_unsuccessful) ++counts.failed;
        if (run.outcome == run_undecided) ++counts.inconclusive;
        if (run.is_cached) ++counts.cached;
        if (!run.is_cached) counts.seconds += run.seconds;
    }
    return counts;
}

std::string run_summary(const RunReport& runs) {
    const RunCounts counts = count_runs(runs);
    return fmt::format("ran {} in {}: {} passed, {} failed, {} inconclusive{}; {:.1f} s",
                       counted(runs.models.size(), "model"), runs.runtime, counts.passed,
                       counts.failed, counts.inconclusive,
                       counts.cached > 0 ? fmt::format(" ({} by earlier runs)", counts.cached) : "",
                       counts.seconds);
}

std::vector<const ModelRunResult*> in_order_of_interest(const RunReport& runs) {
    std::vector<const ModelRunResult*> order;
    for (const ModelRunResult& run : runs.models) order.push_back(&run);
    std::ranges::stable_sort(order, [](const ModelRunResult* a, const ModelRunResult* b) {
        if (rank_of(*a) != rank_of(*b)) return rank_of(*a) < rank_of(*b);
        return a->seconds > b->seconds;
    });
    return order;
}

std::string time_text(const ModelRunResult& run) {
    return run.is_cached ? "earlier run" : fmt::format("{:.2f} s", run.seconds);
}

std::string difference_text(const ModelRunResult& run) {
    return fmt::format("{:.2g}", run.largest_difference);
}

std::vector<std::string> run_lines(const RunReport& runs, bool is_whole) {
    if (runs.runtime.empty()) return {};
    std::vector<std::string> lines{run_summary(runs)};
    const auto order = in_order_of_interest(runs);
    const std::size_t count = is_whole ? order.size() : std::min(order.size(), listed_runs);
    if (count > 0) {
        lines.push_back(
            fmt::format("  {:<12}  {:>11}  {:>10}  model", "outcome", "time", "difference"));
    }
    for (std::size_t i = 0; i < count; ++i) {
        const ModelRunResult& run = *order[i];
        lines.push_back(fmt::format("  {:<12}  {:>11}  {:>10}  {}{}", run.outcome, time_text(run),
                                    difference_text(run), shown(run.model),
                                    run.reason.empty() ? "" : ": " + shown(run.reason)));
    }
    if (count < order.size()) {
        lines.push_back(fmt::format("  and {} more, listed with --verbose", order.size() - count));
    }
    return lines;
}

}  // namespace onnxhub
