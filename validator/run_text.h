// SPDX-License-Identifier: Apache-2.0
// Texts about models that were run, which report formats share. Private to this module.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

inline constexpr std::string_view run_passed = "passed";
inline constexpr std::string_view run_unsuccessful = "failed";
inline constexpr std::string_view run_undecided = "inconclusive";

bool is_run_outcome(std::string_view text);

struct RunCounts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t inconclusive = 0;
    std::size_t cached = 0;
    double seconds = 0;  ///< of the models that were run now
};

RunCounts count_runs(const RunReport& runs);

/// "ran 3 models in onnxruntime 1.30.0: 1 passed, 1 failed, 1 inconclusive; 1.2 s".
std::string run_summary(const RunReport& runs);

/// Failed models, then inconclusive ones, then the others; each by time.
std::vector<const ModelRunResult*> in_order_of_interest(const RunReport& runs);

std::string time_text(const ModelRunResult& run);        ///< "0.31 s"; "earlier run"
std::string difference_text(const ModelRunResult& run);  ///< "1.2e-07"

/// The summary, and a table of the models, which is cut unless `is_whole`.
std::vector<std::string> run_lines(const RunReport& runs, bool is_whole);

}  // namespace onnxhub
