// SPDX-License-Identifier: Apache-2.0
// Writes the nodes of a tree. Only the .cpp files of this module include this header.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_files.h"
#include "index/index_format.h"

namespace onnxhub {

struct IndexLeaf {
    std::string from;      ///< IndexChild::from
    std::string identity;  ///< of its first item, for ContentChunks
    IndexRef file;
};

/// Puts `text` into `files` under its digest.
IndexRef put_text(IndexFiles& files, std::string_view text);

/// The tree over these leaves. Levels are added until its JSON has at most `limit_bytes`, or it has
/// one child.
IndexTree write_index_tree(std::vector<IndexLeaf> leaves, std::size_t limit_bytes,
                           IndexFiles& files);

/// The shortest text that is greater than `last` and not greater than `first`, of whole UTF-8
/// characters. `last` < `first`.
std::string separator_of(std::string_view last, std::string_view first);

}  // namespace onnxhub
