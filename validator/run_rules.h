// SPDX-License-Identifier: Apache-2.0
// Family "run": models with test data, run in ONNX Runtime.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "model/model_runtime.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> run_rules();

/// What running models needs.
struct RunTool {
    ModelRuntime runtime;
    RunLimits limits = {};
    std::optional<std::filesystem::path> verdicts = {};  ///< folder of the verdicts; absent: none
    std::function<void()> check_interruption = [] {};
};

/// Runs every model with test data that is available locally, or takes its verdict of an earlier
/// run of the same model, data, runtime, tolerance and processor.
void check_runs(const HubState& hub, const RunTool& tool, unsigned jobs, FindingList& findings);

}  // namespace onnxhub
