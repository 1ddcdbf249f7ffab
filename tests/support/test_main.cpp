// SPDX-License-Identifier: Apache-2.0
// The main function of the test programs. Each can be its own ONNX worker.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "model/onnx_worker.h"
#include "tests/support/repository_builder.h"

#if defined(__SANITIZE_ADDRESS__)
/// libgit2 1.5 leaks PCRE's memory when a revision does not exist.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpcre2";
}
#endif

/// Test servers are on loopback, so proxies must not be used, and tests must not see the user's
/// secrets.
static void forget_the_network() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "GITHUB_TOKEN", "ONNXHUB_LFS_TOKEN"}) {
        unsetenv(name);
    }
}

int main(int argc, char** argv) {
    forget_the_network();
    if (argc == 2 && std::strcmp(argv[1], onnxhub::onnx_worker_argument) == 0) {
        return onnxhub::serve_onnx_tasks();
    }
    // Clients must not use the state folder of the user who runs the tests.
    const onnxhub::test::TemporaryFolder state;
    setenv("XDG_STATE_HOME", state.path().c_str(), 1);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
