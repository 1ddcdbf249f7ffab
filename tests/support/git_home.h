// SPDX-License-Identifier: Apache-2.0
// A home folder with its own settings for the real git and git-lfs.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

class GitHome {
public:
    /// `lfs_url`: the Git LFS server; empty: objects are read from the local repository that was
    /// cloned. Requests are not retried.
    explicit GitHome(const std::string& lfs_url = "");

    const std::filesystem::path& path() const { return folder_.path(); }

    /// Runs a shell script in the folder. $ONNXHUB is the program, and only the loopback network is
    /// used.
    ProgramResult run(const std::string& script) const;

private:
    TemporaryFolder folder_;
};

}  // namespace onnxhub::test
