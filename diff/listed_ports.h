// SPDX-License-Identifier: Apache-2.0
// What manifests of both sides say about models whose bytes are the same. Only for the sources of
// this module.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/model_change.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Where entries with the same SHA-256 state other ports or external files, what differs, by the
/// path of the model now. Either side may be null: nothing is known of it then.
std::map<std::string, std::vector<FieldChange>> listed_changes(const ManifestDocument* before,
                                                               const ManifestDocument* after);

}  // namespace onnxhub
