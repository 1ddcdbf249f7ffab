// SPDX-License-Identifier: Apache-2.0
// onnx-worker: the only program that links libonnx. onnxhub and its client library start it.
#include <cstring>
#include <iostream>

#include "model/worker/isolate_program.h"
#include "model/worker/serve_tasks.h"
#include "model/worker_protocol.h"

int main(int argc, char** argv) {
    if (argc == 1) return onnxhub::serve_onnx_tasks();
    if (argc == 4 && std::strcmp(argv[1], onnxhub::compose_argument) == 0) {
        return onnxhub::serve_composition(argv[2], argv[3]);
    }
    if (argc >= 7 && std::strcmp(argv[1], onnxhub::isolate_argument) == 0) {
        onnxhub::isolate_program({argv + 2, argv + argc});
    }
    std::cerr << "onnx-worker: onnxhub starts this program; run onnxhub instead\n";
    return 2;
}
