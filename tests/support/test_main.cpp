// SPDX-License-Identifier: Apache-2.0
// What every test program does first.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/repository_builder.h"

#if defined(__SANITIZE_ADDRESS__)
/// libgit2 1.5 loses PCRE's memory whenever a revision's name turns out to name nothing.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpcre2";
}
#endif

/// Servers of the tests are on loopback, where no proxy belongs; and no test is to meet the secrets
/// of whoever runs it.
static void forget_the_network() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "GITHUB_TOKEN", "ONNXHUB_LFS_TOKEN"}) {
        unsetenv(name);
    }
}

int main(int argc, char** argv) {
    forget_the_network();
    // What clients keep between runs is not that of the user who runs the tests.
    const onnxhub::test::TemporaryFolder state;
    setenv("XDG_STATE_HOME", state.path().c_str(), 1);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
