// SPDX-License-Identifier: Apache-2.0
#include "base/processor.h"

#include <fstream>

namespace onnxhub {

std::string processor_features() {
    std::ifstream lines("/proc/cpuinfo");
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
        const std::size_t colon = line.find(": ");
        if (colon != line.npos) return line.substr(colon + 2);
    }
    return {};
}

}  // namespace onnxhub
