// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog_scripts.h"

#include "embedded/catalog_graph.h"
#include "hosting/export/catalog_path.h"

namespace onnxhub {

std::vector<CatalogScript> catalog_scripts() {
    const std::string_view graph = embedded::catalog_graph;
    return {{"graph", catalog_path("graph", graph, ".js"), graph}};
}

}  // namespace onnxhub
