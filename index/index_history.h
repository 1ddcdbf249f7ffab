// SPDX-License-Identifier: Apache-2.0
// Which files of an index the last roots need, so that readers of an older root find them for a
// while.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace onnxhub {

/// Beside index_root_path. No client reads it.
inline constexpr std::string_view index_history_path = "index/history.txt";

struct IndexGeneration {
    Sha256 root;
    std::vector<Sha256> files;  ///< sorted: those that it needs and no later root does
};

/// Newest first.
using IndexHistory = std::vector<IndexGeneration>;

/// Lines that have another form are ignored: then files are removed early, or a sweep finds them.
IndexHistory parse_index_history(std::string_view text);
std::string index_history_text(const IndexHistory& history);

/// The history after `root` with these `files` was written. `keep`: the number of roots, at least
/// 1. A root that is the newest already changes only its files.
IndexHistory with_root(IndexHistory history, const Sha256& root, std::vector<Sha256> files,
                       std::size_t keep);

}  // namespace onnxhub
