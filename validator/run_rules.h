// SPDX-License-Identifier: Apache-2.0
// Family "run": models with test data, run in ONNX Runtime.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "model/model_runtime.h"
#include "sources/settings.h"
#include "validator/change_rules.h"
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

/// How models are run.
struct RunOptions {
    const RunTool& tool;
    const Settings& settings;       ///< have the tolerances; of a change, those of the base
    const BaseHub* base = nullptr;  ///< of a change: run only models that it touches
    unsigned jobs = 0;
};

/// Runs every model with test data that is available locally, or takes its verdict of an earlier
/// run of the same model, data, runtime, tolerance and processor. A change touches a model when the
/// model, its weights or its archive differ, or when the base did not yet connect both.
void check_runs(const HubState& hub, const RunOptions& options, FindingList& findings);

}  // namespace onnxhub
