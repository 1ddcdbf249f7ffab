// SPDX-License-Identifier: Apache-2.0
// A signed hub in a folder and the program of a user who may pin it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"

namespace onnxhub::test {

class AcmeHub {
public:
    /// Writes "acme.pub", the owner's root key, "other.pub", and the hub "hub" with MNIST at
    /// version 1.
    AcmeHub();

    /// Replaces the hub's files. The pool's key 1 signs, or `release_key`.
    void publish(const std::string& model, std::uint64_t version,
                 std::int64_t lifetime = seconds_of_a_day, std::size_t release_key = 1);

    std::filesystem::path hub() const { return folder_.path() / "hub"; }

    /// Runs the program beside the hub, with its own home.
    ProgramResult run(std::vector<std::string> arguments) const;

protected:
    TemporaryFolder folder_;
};

}  // namespace onnxhub::test
