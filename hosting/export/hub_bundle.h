// SPDX-License-Identifier: Apache-2.0
// A hub, or a part of it, as one file for networks without internet. It is an uncompressed tar
// archive with ONNX_HUB_MANIFEST.json, SHA256SUMS and the files in the order of their paths, in the
// format of bundle_format.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"
#include "hosting/client/model_query.h"
#include "hosting/export/bundle_report.h"

namespace onnxhub {

/// Selects the models of a bundle: all, or those with any of these names or tags, compared without
/// case.
struct BundleChoice {
    std::vector<std::string> names = {};
    std::vector<std::string> tags = {};
};

/// Downloads and verifies the file of a model that only other servers have; returns its path.
using FetchElsewhere = std::function<std::filesystem::path(const Entry&)>;

/// Decides about the files of an import in a folder before the import appears; throws to refuse.
using CheckImport = std::function<void(const std::filesystem::path& folder)>;

/// Writes the bundle atomically; the same content gives the same bytes. Models that only other
/// servers have are fetched with `fetch`, and left out without it or if the manifest has no size
/// for them. Throws UserError when the hub is empty, a name or tag is unknown, no model is left, or
/// a file is not available locally or does not match the manifest; and what `fetch` throws.
/// `manifest` is the text of the hub's manifest if it was read already.
BundleReport create_bundle(const LocalHub& hub, const BundleChoice& choice,
                           const std::filesystem::path& to,
                           const std::function<void()>& check_interruption,
                           const FetchElsewhere& fetch = {},
                           const std::optional<std::string>& manifest = {});

/// Verifies the whole bundle. Throws UserError when any byte differs from what create_bundle()
/// writes for this manifest and its files: altered, missing or appended bytes. A compressed bundle
/// is rejected.
BundleReport verify_bundle(const std::filesystem::path& bundle,
                           const std::function<void()>& check_interruption);

/// Verifies and unpacks in one pass into a new folder, completely or not at all. The folder is a
/// hub for `--hub`, `serve` and `export`.
BundleReport import_bundle(const std::filesystem::path& bundle, const std::filesystem::path& to,
                           const std::function<void()>& check_interruption,
                           const CheckImport& check = {});

}  // namespace onnxhub
