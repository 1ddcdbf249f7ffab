// SPDX-License-Identifier: Apache-2.0
// What tells the entries of one manifest apart, and how messages name them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "manifest/manifest.h"

namespace onnxhub {

struct EntryName {
    std::string model;
    std::string model_path;
    std::int64_t opset_version = 0;

    auto operator<=>(const EntryName&) const = default;
};

EntryName name_of(const Entry& entry);

/// Where the entry has a problem, each part as far as it can be read by itself: "" and 0 for what
/// can't be.
EntryName name_of(const ManifestEntry& entry);

/// "ResNet18 (opset 7, vision/…/resnet18-v1-7.onnx)"
std::string to_text(const EntryName& name);

}  // namespace onnxhub
