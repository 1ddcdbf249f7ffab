// SPDX-License-Identifier: Apache-2.0
#include "tests/support/git_home.h"

namespace onnxhub::test {
namespace {

// The filter that `git lfs install` writes.
constexpr const char* settings = R"([user]
	name = T
	email = t@example.org
[protocol "file"]
	allow = always
[filter "lfs"]
	clean = git-lfs clean -- %f
	smudge = git-lfs smudge -- %f
	process = git-lfs filter-process
	required = true
[lfs "transfer"]
	maxretries = 1
)";

}  // namespace

GitHome::GitHome(const std::string& lfs_url) {
    const std::string server = lfs_url.empty() ? "" : "[lfs]\n\turl = " + lfs_url + "\n";
    write_file(path() / ".gitconfig", settings + server);
}

ProgramResult GitHome::run(const std::string& script) const {
    return run_command({"env", "HOME=" + path().string(), "GIT_CONFIG_NOSYSTEM=1",
                        "no_proxy=127.0.0.1", "ONNXHUB=" + onnxhub_program(), "sh", "-c", script},
                       path());
}

}  // namespace onnxhub::test
