// SPDX-License-Identifier: Apache-2.0
// The page that people browse a hub with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

struct CatalogFacts {
    std::string name;
    std::string licence = {};                          ///< of what has no other; "" if unknown
    std::map<std::string, std::string> licences = {};  ///< by the models' folders
    std::optional<std::string> base_url = {};          ///< where the hub will be, for its commands
    std::map<std::string, std::string> readmes = {};   ///< Markdown, by the models' folders
    std::vector<std::string> missing = {};             ///< files of the manifest that are not there
};

/// What the hub says of itself. Its name is the title of its README, else `folder_name` without
/// ".git". Licences are those its READMEs tell, the hub's else that of its file LICENSE. READMEs
/// are those of the folders the manifest's models lie in, or the nearest above each; what can't be
/// read or is larger than 256 KiB is left out.
CatalogFacts facts_of(const Tree& tree, const ManifestDocument& manifest,
                      const std::string& folder_name);

/// One HTML file that needs nothing but ONNX_HUB_MANIFEST.json beside it. Facts may hold anything.
std::string catalog_page(const CatalogFacts& facts);

/// The Content-Security-Policy that every catalog page has: only the page's own scripts and styles,
/// by their hashes, and requests to where it came from.
std::string catalog_policy();

}  // namespace onnxhub
