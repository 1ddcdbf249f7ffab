// SPDX-License-Identifier: Apache-2.0
// libonnx at arm's length: crafted models have crashed it, so it works in another process, and a
// model that brings that down costs only what was asked about it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace onnxhub {

/// What a worker can be asked to do with a model.
enum class OnnxTask : std::uint64_t { infer_shapes, check_model };

struct WorkerFailure {
    bool crashed = false;  ///< the process died or ran out of time or memory
    std::string reason;
};

/// The answer as the task serializes it.
using WorkerResult = std::variant<std::string, WorkerFailure>;

/// A pool of processes, one for each thread that asks at the same time. They start when there is
/// something to do; after a crash another one starts. Memory of each is limited to 4 GiB, time to
/// 60 s a model.
class OnnxWorkers {
public:
    /// `command` is a program and its arguments, which must end up in serve_onnx_tasks().
    explicit OnnxWorkers(std::vector<std::string> command);
    ~OnnxWorkers();

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Thread-safe.
    WorkerResult run(OnnxTask task, const std::string& model,
                     const std::vector<std::string>& names);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The worker's side: answers requests on its standard input, a socket, until that is closed.
/// Returns the exit status.
int serve_onnx_tasks();

/// The hidden first argument that makes a program a worker.
inline constexpr const char* onnx_worker_argument = "--onnx-worker";

}  // namespace onnxhub
