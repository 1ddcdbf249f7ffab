// SPDX-License-Identifier: Apache-2.0
// Scripts that the catalog page loads when a reader needs them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

struct CatalogScript {
    std::string name;       ///< of its folder in templates/catalog
    std::string path;       ///< of its file, relative to the page: "catalog/NAME-DIGEST.js"
    std::string_view text;  ///< the page's policy allows exactly these bytes
};

/// All of them, in the same order in each run.
std::vector<CatalogScript> catalog_scripts();

}  // namespace onnxhub
