// SPDX-License-Identifier: Apache-2.0
// Names of the files that the catalog page loads.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// "catalog/KIND-DIGEST.js" with the first 16 digits of the SHA-256 of `content`, and `suffix` as
/// ".js". A file with such a name never changes, so caches may keep it.
std::string catalog_path(std::string_view kind, std::string_view content, std::string_view suffix);

}  // namespace onnxhub
