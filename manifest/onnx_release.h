// SPDX-License-Identifier: Apache-2.0
// The IR version and default-domain opset of each ONNX release.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace onnxhub {

struct OnnxRelease {
    /// "1.2", "1.4.1"; patch releases that change neither number are not listed.
    std::string_view version;
    std::int64_t ir_version;
    std::int64_t opset_version;
};

std::span<const OnnxRelease> onnx_releases();  ///< oldest first

/// The oldest release that supports such a model; nullopt when the model is newer than all known
/// releases.
std::optional<OnnxRelease> oldest_release_for(std::int64_t ir_version, std::int64_t opset_version);

/// The newest release in the table.
const OnnxRelease& newest_release();

/// The release that an `onnx_version` text means ("1.9.0" and "1.9" are the same); nullopt when
/// unknown.
std::optional<OnnxRelease> find_release(std::string_view onnx_version);

}  // namespace onnxhub
