// SPDX-License-Identifier: Apache-2.0
// The main function of the test programs.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/repository_builder.h"

#if defined(__SANITIZE_ADDRESS__)
/// libgit2 1.5 leaks PCRE's memory when a revision does not exist.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpcre2";
}
#endif

/// Test servers listen on loopback, which no proxy serves. Tests must not use tokens of the user
/// who runs them.
static void clear_network_environment() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "GITHUB_TOKEN", "ONNXHUB_LFS_TOKEN"}) {
        unsetenv(name);
    }
}

/// Adds a line for each skipped test to the file that ONNXHUB_SKIPPED_TESTS names: one ctest test
/// runs many tests, and nothing is skipped silently.
class SkippedTests : public testing::EmptyTestEventListener {
public:
    explicit SkippedTests(std::string path) : path_(std::move(path)) {}

private:
    void OnTestEnd(const testing::TestInfo& test) override {
        if (!test.result()->Skipped()) return;
        std::string line = std::string(test.test_suite_name()) + "." + test.name();
        for (int i = 0; i < test.result()->total_part_count(); ++i) {
            const testing::TestPartResult& part = test.result()->GetTestPartResult(i);
            if (part.skipped()) line += std::string(": ") + part.message();
        }
        std::ofstream(path_, std::ios::app) << line + "\n";
    }

    const std::string path_;
};

int main(int argc, char** argv) {
    clear_network_environment();
    // Clients must not use state of the user who runs the tests.
    const onnxhub::test::TemporaryFolder state;
    setenv("XDG_STATE_HOME", state.path().c_str(), 1);
    testing::InitGoogleTest(&argc, argv);
    if (const char* path = std::getenv("ONNXHUB_SKIPPED_TESTS")) {
        testing::UnitTest::GetInstance()->listeners().Append(new SkippedTests(path));
    }
    return RUN_ALL_TESTS();
}
