// SPDX-License-Identifier: Apache-2.0
// Which ONNX release brought which IR version and default-domain opset.
// Source: https://github.com/onnx/onnx/blob/main/docs/Versioning.md
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace onnxhub {

struct OnnxRelease {
    std::string_view version;  ///< "1.2", "1.4.1"; patch releases keep both numbers
    std::int64_t ir_version;
    std::int64_t opset_version;
};

std::span<const OnnxRelease> onnx_releases();  ///< oldest first

/// The oldest release that can make such a model; nothing when it is newer than all known ones.
std::optional<OnnxRelease> oldest_release_for(std::int64_t ir_version, std::int64_t opset_version);

/// The release an `onnx_version` text means ("1.9.0" and "1.9" are the same); nothing when unknown.
std::optional<OnnxRelease> find_release(std::string_view onnx_version);

}  // namespace onnxhub
