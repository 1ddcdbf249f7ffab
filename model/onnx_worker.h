// SPDX-License-Identifier: Apache-2.0
// Processes that use libonnx for this one. Crafted models have crashed libonnx, and it is slow to
// load, so it is part of another program alone: onnx-worker. A model that crashes it loses only its
// own answer.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/user_error.h"
#include "model/worker_protocol.h"

namespace onnxhub {

struct WorkerFailure {
    bool crashed = false;  ///< the process died or ran out of time or memory
    std::string reason;
};

/// The answer as the task serializes it.
using WorkerResult = std::variant<std::string, WorkerFailure>;

/// Thrown when no worker can be started, such as when the program is not installed. No model is the
/// cause.
class WorkerUnavailable : public UserError {
public:
    using UserError::UserError;
};

/// The path of onnx-worker: below program_prefix() when it is there, otherwise where this build
/// installs it. The file may be missing.
std::filesystem::path onnx_worker_program();

/// A pool of processes, one for each thread that asks at the same time. They start with the first
/// request; after a crash another one starts. Each may use 4 GiB of memory, and 60 s for a model.
class OnnxWorkers {
public:
    /// `command` is a program and its arguments that speak the protocol of worker_protocol.h.
    explicit OnnxWorkers(std::vector<std::string> command = {onnx_worker_program().string()});
    ~OnnxWorkers();

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Throws WorkerUnavailable.
    /// Thread-safe.
    WorkerResult run(OnnxTask task, const std::string& model,
                     const std::vector<std::string>& names);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
