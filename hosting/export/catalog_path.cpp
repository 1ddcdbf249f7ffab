// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog_path.h"

#include "base/digest.h"

namespace onnxhub {

std::string catalog_path(std::string_view kind, std::string_view content, std::string_view suffix) {
    constexpr std::size_t digits = 16;
    std::string path = "catalog/" + std::string(kind) + "-";
    path += to_hex(sha256_of(content)).substr(0, digits);
    return path.append(suffix);
}

}  // namespace onnxhub
