// SPDX-License-Identifier: Apache-2.0
#include "model/worker/isolate_program.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <system_error>

#include "base/sandbox.h"
#include "model/worker_protocol.h"

namespace onnxhub {
namespace {

constexpr std::size_t number_count = 4;  // arguments before the program
constexpr int last_descriptor = 3;

std::uint64_t number_of(const std::string& text) {
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) {
        throw std::invalid_argument("\"" + text + "\" is not a number");
    }
    return number;
}

}  // namespace

void isolate_program(const std::vector<std::string>& arguments) {
    try {
        const SandboxLimits limits{number_of(arguments.at(1)), number_of(arguments.at(2)),
                                   number_of(arguments.at(3))};
        enter_sandbox(limits, static_cast<int>(number_of(arguments.at(0))));
        replace_process({arguments.begin() + number_count, arguments.end()}, last_descriptor);
    } catch (const std::exception& error) {
        std::cerr << "the system cannot isolate or start it: " << error.what() << std::endl;
        std::_Exit(isolation_failed);  // destructors may need what the sandbox forbids
    }
}

}  // namespace onnxhub
