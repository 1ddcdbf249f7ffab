// SPDX-License-Identifier: Apache-2.0
// What a bundle has, after it was written or read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace onnxhub {

/// A model that only other servers have, and why its entry is not in the bundle.
struct LeftOutModel {
    std::string model;
    std::string reason;  ///< a clause with what to do
};

struct BundleReport {
    std::size_t models = 0;
    std::size_t files = 0;
    std::uint64_t bytes = 0;             ///< total size of the files
    std::vector<LeftOutModel> left_out;  ///< in the order of the manifest
    std::string unsigned_reason = {};    ///< HubSigningFiles::problem
};

}  // namespace onnxhub
