// SPDX-License-Identifier: Apache-2.0
// What an index is made of.
#pragma once

#include <functional>
#include <string>

#include "base/byte_source.h"

namespace onnxhub {

struct IndexRequest {
    const ByteSource* manifest = nullptr;
    std::string shown_name;  ///< of the manifest, for messages
    unsigned jobs = 0;       ///< number of threads; 0: one for each core
    std::function<void()> check_interruption = [] {};
};

}  // namespace onnxhub
