// SPDX-License-Identifier: Apache-2.0
// Loads a model of a hub and prints its inputs and outputs:
//     load_model mnist                    from the official hub
//     load_model "Tiny CNN" ./my-hub      from another hub that you trust
// Pass the bytes of load() to an ONNX Runtime session, or to ModelProto::ParseFromString() of
// libonnx.
#include <onnxhub/hosting/client/onnx_hub.h>
#include <onnxhub/model/model_graph.h>

#include <exception>
#include <iostream>
#include <variant>

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
        const std::string model = onnxhub::load(argv[1], call);
        const auto source = onnxhub::memory_source(model);
        const auto graph =
            std::get<onnxhub::ModelGraph>(onnxhub::read_model_graph(*source, nullptr, {}));
        for (const auto& input : graph.ports.inputs) std::cout << "input " << input.name << '\n';
        for (const auto& output : graph.ports.outputs) {
            std::cout << "output " << output.name << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << "load_model: error: " << error.what() << '\n';
        return 2;
    }
}
