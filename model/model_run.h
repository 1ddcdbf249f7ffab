// SPDX-License-Identifier: Apache-2.0
// Runs a model with its test data in ONNX Runtime, and compares the outputs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/byte_source.h"
#include "manifest/entry.h"
#include "model/model_runtime.h"
#include "model/test_data_archive.h"
#include "model/value_comparison.h"

namespace onnxhub {

enum class RunOutcome {
    passed,
    differs,       ///< an output is not the expected one
    failed,        ///< the runtime refuses the model or cannot run it
    crashed,       ///< the runtime's process died or took too long
    inconclusive,  ///< the runtime does not support the model, or it cannot be run here
};

struct RunVerdict {
    RunOutcome outcome = RunOutcome::inconclusive;
    std::string message;            ///< one clause in UTF-8; empty: passed
    double largest_difference = 0;  ///< of two numbers
    double seconds = 0;             ///< of the process

    bool operator==(const RunVerdict&) const = default;
};

struct ModelToRun {
    const ByteSource* model = nullptr;  ///< null: `file`
    std::string file;                   ///< of a model with weights in other files
    const IoPorts& ports;
    const TestDataContents& data;
    Tolerance tolerance;
};

/// All data sets in one process. Throws what `check_interruption` throws, and UserError when the
/// process cannot be started.
RunVerdict run_model(const ModelRuntime& runtime, const ModelToRun& model, const RunLimits& limits,
                     const std::function<void()>& check_interruption);

}  // namespace onnxhub
