// SPDX-License-Identifier: Apache-2.0
// A Python interpreter with a package `onnxruntime` that tests write.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/repository_builder.h"

namespace onnxhub::test {

class FakeRuntime {
public:
    /// `run` is the body of `InferenceSession.run(self, names, feeds)`. It may use numpy, os,
    /// socket and self.model, the bytes or the path of the model. `load` is that of the
    /// constructor.
    explicit FakeRuntime(const std::string& run, const std::string& load = "pass",
                         const std::string& version = "9.9.9");

    /// For `--runtime` and ModelRuntime::find().
    std::filesystem::path program() const { return folder_.path() / "python"; }

private:
    TemporaryFolder folder_;
};

/// Whether the distribution's Python has numpy, which FakeRuntime needs.
bool has_numpy();

}  // namespace onnxhub::test
