// SPDX-License-Identifier: Apache-2.0
// A hub on disk that `onnxhub init` made, for tests that change it with the real program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

class TeamHub {
public:
    TeamHub();

    /// Runs the program beside the hub, which is the folder "hub".
    ProgramResult onnxhub(std::vector<std::string> arguments) const;
    /// Runs the program in a folder below the hub.
    ProgramResult onnxhub_in(const std::string& subfolder,
                             std::vector<std::string> arguments) const;

    /// Expects status 0.
    ProgramResult done(std::vector<std::string> arguments) const;
    /// Expects exit status 2, one line on standard error that contains `reason`, and an unchanged
    /// hub.
    void refused(std::vector<std::string> arguments, const std::string& reason) const;
    /// Expects that `validate` has no findings, not even warnings.
    void expect_valid() const;

    /// Writes a model beside the hub. Another `op` or opset is another model.
    std::string model(const std::string& path, const std::string& op = "Relu",
                      std::int64_t opset = 13) const;
    /// The same with external data of eight bytes.
    std::string model_with_weights(const std::string& path, const std::string& location,
                                   const std::string& weights,
                                   const std::string& graph = "g") const;
    /// Writes test data that fit model_with_weights() into the folder `path`.
    std::string test_data(const std::string& path) const;
    void commit() const;  ///< everything in the hub
    void git(std::vector<std::string> arguments) const;

    nlohmann::json manifest() const;
    /// "model path" of each entry, in the order of the manifest.
    std::vector<std::string> entries() const;
    std::string text(const std::string& path) const { return read_file(hub / path); }
    bool has(const std::string& path) const;

    TemporaryFolder folder;
    const std::filesystem::path hub = folder.path() / "hub";
};

}  // namespace onnxhub::test
