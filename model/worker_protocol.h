// SPDX-License-Identifier: Apache-2.0
// What this program and the ONNX worker (model/worker/) send each other over a MessageChannel,
// which is the worker's standard input.
//
// Without arguments the worker answers requests until the channel is closed. A request is the task,
// the model, the number of names and the names. With the arguments `compose PREPROCESSING NETWORK`
// it answers once. An answer is a WorkerStatus and a string.
#pragma once

#include <climits>
#include <cstdint>

namespace onnxhub {

/// What a worker can do with a model. `library_versions` needs none and answers
/// "libonnx 1.12.0, protobuf 3.21.12".
enum class OnnxTask : std::uint64_t { infer_shapes, check_model, library_versions };

/// The string that follows is the result, one line that says why there is none, or empty.
enum class WorkerStatus : std::uint64_t { done, failed, out_of_memory };

/// Longest string of a request and of its answer.
inline constexpr std::uint64_t worker_message_limit = std::uint64_t{1} << 30;  // bytes

/// Protobuf's limit for one message.
inline constexpr std::uint64_t composed_model_limit = INT_MAX;  // bytes

inline constexpr const char* compose_argument = "compose";

}  // namespace onnxhub
