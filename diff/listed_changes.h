// SPDX-License-Identifier: Apache-2.0
// Compares what the manifests say about models with the same content. Private to this module.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/model_change.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Differences in ports and external files between entries with the same SHA-256, by the current
/// path of the model. Also in URLs and facts such as the license, if the path is the same too.
/// Either side may be null (unknown).
std::map<std::string, std::vector<FieldChange>> listed_changes(const ManifestDocument* before,
                                                               const ManifestDocument* after);

}  // namespace onnxhub
