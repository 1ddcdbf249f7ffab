// SPDX-License-Identifier: Apache-2.0
// Writes a model with the structure of a real network: make_network FILE resnet|bert|yolo SIZE_MIB.
// Prints the number of tensors with more than 4 KiB of data.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/support/network_models.h"

int main(int argc, char** argv) {
    using onnxhub::test::Network;
    if (argc != 4) {
        std::cerr << "make_network: usage: make_network FILE resnet|bert|yolo SIZE_MIB\n";
        return 2;
    }
    const std::string name = argv[2];
    const Network network = name == "resnet" ? Network::resnet
                            : name == "bert" ? Network::bert
                                             : Network::yolo;
    const onnx::ModelProto model = onnxhub::test::make_network(
        network, static_cast<std::size_t>(std::strtoul(argv[3], nullptr, 10)));
    std::ofstream file(argv[1], std::ios::binary);
    if (!model.SerializeToOstream(&file) || !file.flush()) {
        std::cerr << "make_network: cannot write " << argv[1] << "\n";
        return 1;
    }
    std::cout << onnxhub::test::large_payloads(model) << "\n";
}
