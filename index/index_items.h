// SPDX-License-Identifier: Apache-2.0
// What the index keeps of each entry while it is made. Only the .cpp files of this module include
// this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "index/index_request.h"

namespace onnxhub {

struct IndexItem {
    std::string key;           ///< the name in lower case
    std::uint64_t offset = 0;  ///< of the entry in the manifest
    std::uint32_t length = 0;  ///< bytes of the entry in the manifest
    std::uint32_t compact_bytes = 0;
    std::string posting;  ///< JSON of the IndexPosting after its rank
};

struct ItemTerm {
    std::uint32_t term = 0;  ///< position in IndexItems::terms
    std::uint32_t item = 0;  ///< position in IndexItems::items
    std::uint8_t rank = 0;
};

struct IndexItems {
    std::vector<IndexItem> items;  ///< by key, those of one name in the order of the manifest
    std::vector<std::string> terms;
    std::vector<ItemTerm> item_terms;  ///< by term, rank and item; terms in the order of their text
    Sha256 manifest{};
};

/// Reads the whole manifest. Throws as write_index() does.
IndexItems read_index_items(const IndexRequest& request);

/// The JSON without blanks between its tokens.
std::string compact_json(std::string_view json);

}  // namespace onnxhub
