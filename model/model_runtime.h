// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime as a package of Python or Node.js, which runs models in a process of its own.
//
// The process has no network, no environment and no other processes (base/sandbox.h). A small
// script, templates/runners/, reads one JSON request from its standard input and answers in lines
// of JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/environment.h"
#include "manifest/json.h"

namespace onnxhub {

/// Limits on one run of a model with all of its test data.
struct RunLimits {
    std::chrono::seconds time{120};
    std::uint64_t memory_bytes = std::uint64_t{16} << 30;   ///< address space
    std::uint64_t answer_bytes = std::uint64_t{384} << 20;  ///< what the runner may write
};

/// Test data of one model beyond this is not used.
inline constexpr std::uint64_t run_data_limit = std::uint64_t{256} << 20;  // bytes

/// What the process of a runtime answered, and how it ended.
struct RuntimeAnswer {
    std::vector<JsonValue> lines;
    /// Why the process ended without a proper answer, one clause; nullopt: it ended well.
    std::optional<std::string> failure;
    bool is_too_large = false;  ///< the answer reached RunLimits::answer_bytes
    double seconds = 0;
};

class ModelRuntime {
public:
    /// `path` is a Python interpreter, a virtual environment, or a folder that has the npm package
    /// onnxruntime-node. Without it, `python3` and `node` of the user's $PATH are tried; the
    /// package for Node.js may be in a folder of $NODE_PATH or beside Node.js. Throws UserError
    /// when no runtime is found, or the system cannot isolate it.
    static ModelRuntime find(const std::optional<std::filesystem::path>& path,
                             const Environment& environment);

    const std::string& package() const { return package_; }  ///< "onnxruntime-node"
    const std::string& version() const { return version_; }  ///< "1.30.0"

    /// Sends a request. The runner finds `model` at descriptor 3 (null: the request names a file).
    /// Throws what `check_interruption` throws, and UserError when the process cannot be started.
    RuntimeAnswer ask(JsonObject request, const ByteSource* model, const RunLimits& limits,
                      const std::function<void()>& check_interruption) const;

private:
    ModelRuntime() = default;

    /// Asks for the version; the reason when the package does not work.
    std::optional<std::string> start();

    std::vector<std::string> command_;
    std::string package_;
    std::string package_folder_;  ///< of onnxruntime-node; empty: Python
    std::string version_;
};

}  // namespace onnxhub
