// SPDX-License-Identifier: Apache-2.0
// Every test program can be its own shape inference worker.
#include <gtest/gtest.h>

#include <cstring>

#include "generator/shape_inference.h"

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], onnxhub::shape_inference_worker_argument) == 0) {
        return onnxhub::serve_shape_inference();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
