// SPDX-License-Identifier: Apache-2.0
// A folder with the README of a hub, for tests that add models to it.
#pragma once

#include <filesystem>
#include <string>

#include "model/model_checker.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

/// Gives one verdict for every model.
class FixedVerdict : public ModelChecker {
public:
    explicit FixedVerdict(CheckVerdict verdict = {}) : verdict_(std::move(verdict)) {}
    CheckVerdict check(const std::string&) override { return verdict_; }

private:
    CheckVerdict verdict_;
};

struct ScaffoldedHub {
    ScaffoldedHub() { write_file(hub / "README.md", "# Hub\n"); }

    /// Writes a model beside the hub; models of different `op` differ.
    std::filesystem::path model(const std::string& path, const std::string& op = "Relu",
                                std::int64_t opset = 13) const {
        write_file(folder.path() / path, model_bytes(op, opset));
        return folder.path() / path;
    }

    static std::string model_bytes(const std::string& op = "Relu", std::int64_t opset = 13) {
        ModelBuilder builder(opset);
        builder.input("x", {1, 4}).node(op, {"x"}, {"y"});
        return builder.output("y", {1, 4}).bytes();
    }

    TemporaryFolder folder;
    const std::filesystem::path hub = folder.path() / "hub";
};

}  // namespace onnxhub::test
