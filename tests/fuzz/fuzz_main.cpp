// SPDX-License-Identifier: Apache-2.0
// Entry point for libFuzzer: `onnxhub_fuzz --target=NAME [libFuzzer's options] [CORPUS]`.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/targets.h"

namespace {

const onnxhub::test::FuzzTarget* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    constexpr std::string_view option = "--target=";
    for (int i = 1; i < *argc; ++i) {
        const std::string_view argument = (*argv)[i];
        if (!argument.starts_with(option)) continue;
        for (const auto& target : onnxhub::test::fuzz_targets()) {
            if (target.name == argument.substr(option.size())) chosen = &target;
        }
    }
    if (chosen) return 0;
    std::fputs("onnxhub_fuzz: name a target with --target=NAME\n", stderr);
    std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
