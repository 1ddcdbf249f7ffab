// SPDX-License-Identifier: Apache-2.0
// Runs libonnx in other processes. Crafted models have crashed libonnx, and it is slow to load, so
// only the program onnx-worker links it. When a model crashes a worker, only the answer for this
// model is lost.
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

/// Thrown when no worker can be started, such as when the program is not installed. The
/// model is not the cause.
class WorkerUnavailable : public UserError {
public:
    using UserError::UserError;
};

/// The path of onnx-worker: below program_prefix() when it exists there, otherwise where this
/// build installs it. The file may be missing.
std::filesystem::path onnx_worker_program();

/// A pool of processes, one for each concurrent request. They start on demand and restart after a
/// crash. Each may use 4 GiB of memory and 60 s per model.
class OnnxWorkers {
public:
    /// `command` is a program and its arguments that speak the protocol of worker_protocol.h.
    explicit OnnxWorkers(std::vector<std::string> command = {onnx_worker_program().string()});
    ~OnnxWorkers();

    const std::vector<std::string>& command() const;

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Throws WorkerUnavailable.
    /// Thread-safe.
    WorkerResult run(OnnxTask task, const std::string& model,
                     const std::vector<std::string>& names);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
