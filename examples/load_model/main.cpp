// SPDX-License-Identifier: Apache-2.0
// Loads a model of a hub and prints its inputs and outputs:
//     load_model mnist                    from the official hub
//     load_model "Tiny CNN" ./my-hub      from another hub that you trust
#include <onnxhub/hosting/client/onnx_hub.h>
#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: load_model NAME [HUB]\n";
        return 2;
    }
    try {
        onnxhub::HubCall call;
        if (argc > 2) {
            call.repo = argv[2];
            call.trust = true;
        }
        const onnx::ModelProto model = onnxhub::load(argv[1], call);
        for (const auto& input : model.graph().input()) {
            std::cout << "input " << input.name() << '\n';
        }
        for (const auto& output : model.graph().output()) {
            std::cout << "output " << output.name() << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << "load_model: error: " << error.what() << '\n';
        return 2;
    }
}
