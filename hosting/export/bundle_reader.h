// SPDX-License-Identifier: Apache-2.0
// Reads bundles. Only the .cpp files of this module include this header.
#pragma once

#include <filesystem>
#include <functional>

#include "hosting/export/bundle_report.h"

namespace onnxhub {

/// Reads the bundle from start to end and checks every byte, as verify_bundle() does. Copies the
/// files into `folder`, unless that is empty.
BundleReport read_bundle(const std::filesystem::path& bundle, const std::filesystem::path& folder,
                         const std::function<void()>& check_interruption);

}  // namespace onnxhub
