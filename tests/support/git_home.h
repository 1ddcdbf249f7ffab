// SPDX-License-Identifier: Apache-2.0
// A home folder for the real git and git-lfs, with settings of its own alone.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

class GitHome {
public:
    /// `lfs_url`: the Git LFS server; empty: objects lie where a repository was cloned from, on
    /// this disk. Nothing is tried twice.
    explicit GitHome(const std::string& lfs_url = "");

    const std::filesystem::path& path() const { return folder_.path(); }

    /// Runs a script of sh in the folder. $ONNXHUB is the program, the network is loopback.
    ProgramResult run(const std::string& script) const;

private:
    TemporaryFolder folder_;
};

}  // namespace onnxhub::test
