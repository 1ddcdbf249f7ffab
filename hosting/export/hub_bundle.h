// SPDX-License-Identifier: Apache-2.0
// A hub, or a part of it, as one file for networks without internet: a plain tar archive with
// ONNX_HUB_MANIFEST.json, then SHA256SUMS, then the files in the order of their paths, in the one
// form that bundle_format.h gives it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"
#include "hosting/client/model_query.h"

namespace onnxhub {

/// Which models go into a bundle: all, or those with any of these names or tags, compared without
/// case.
struct BundleChoice {
    std::vector<std::string> names = {};
    std::vector<std::string> tags = {};
};

struct BundleReport {
    std::size_t models = 0;
    std::size_t files = 0;
    std::uint64_t bytes = 0;  ///< of the files
};

/// Writes the bundle atomically; the same content gives the same bytes. Throws UserError
/// when the hub is empty, a name or tag is unknown, or a file is not here or not what the manifest
/// says.
BundleReport create_bundle(const LocalHub& hub, const BundleChoice& choice,
                           const std::filesystem::path& to,
                           const std::function<void()>& check_interruption);

/// Reads all of it. Throws UserError when any byte is not the one that create_bundle()
/// writes for this manifest and the files it names: one that was altered, is missing or stands
/// after the end. A packed bundle is none.
BundleReport verify_bundle(const std::filesystem::path& bundle,
                           const std::function<void()>& check_interruption);

/// Verifies and unpacks in one pass into a folder that isn't there yet: all of it or nothing. The
/// folder is a hub for `--hub`, `serve` and `export`.
BundleReport import_bundle(const std::filesystem::path& bundle, const std::filesystem::path& to,
                           const std::function<void()>& check_interruption);

}  // namespace onnxhub
