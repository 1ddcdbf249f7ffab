// SPDX-License-Identifier: Apache-2.0
// Every test program can be its own shape inference worker.
#include <gtest/gtest.h>

#include <cstring>

#include "generator/onnx_worker.h"

#if defined(__SANITIZE_ADDRESS__)
/// libgit2 1.5 loses PCRE's memory whenever a revision's name turns out to name nothing.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpcre2";
}
#endif

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], onnxhub::onnx_worker_argument) == 0) {
        return onnxhub::serve_onnx_tasks();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
