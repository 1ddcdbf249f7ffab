// SPDX-License-Identifier: Apache-2.0
// Identifies an entry within a manifest, and names it in messages.
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

/// For an entry with a problem, each part is read on its own. Unreadable parts are "" and 0.
EntryName name_of(const ManifestEntry& entry);

/// "ResNet18 (opset 7, vision/…/resnet18-v1-7.onnx)"
std::string to_text(const EntryName& name);

}  // namespace onnxhub
