// SPDX-License-Identifier: Apache-2.0
// Manifests that have to be readable: the document, or an error that says where it breaks.
#pragma once

#include <string>
#include <string_view>

#include "manifest/manifest.h"

namespace onnxhub {

/// Parses a manifest of the user's own hub. `shown_name` is its path in messages. Throws UserError
/// with line, column and the command that repairs it. A broken manifest never counts as empty.
ManifestDocument read_manifest(std::string_view text, const std::string& shown_name);

/// The same for a manifest that the user cannot repair. `hint` is one clause with what to do.
ManifestDocument read_manifest(std::string_view text, const std::string& shown_name,
                               const std::string& hint);

}  // namespace onnxhub
