// SPDX-License-Identifier: Apache-2.0
// The page that people browse a hub with.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

struct CatalogFacts {
    std::string name;
    std::string licence;
    std::optional<std::string> base_url;         ///< where the hub will be, for its commands
    std::map<std::string, std::string> readmes;  ///< Markdown, by the models' folders
};

/// READMEs of the folders the manifest's models lie in, or the nearest above each; those that can't
/// be read or are larger than 256 KiB are left out.
std::map<std::string, std::string> readmes_of(const Tree& tree, const ManifestDocument& manifest);

/// One HTML file that needs nothing but ONNX_HUB_MANIFEST.json beside it. Facts may hold anything.
std::string catalog_page(const CatalogFacts& facts);

}  // namespace onnxhub
