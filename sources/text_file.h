// SPDX-License-Identifier: Apache-2.0
// Reads a text of the hub that describes models: a README, a license, a link file.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "repository/tree.h"

namespace onnxhub {

/// Why a text cannot be used: clauses of a diagnostic about the file.
struct UnusableText {
    std::string message;  ///< "is a Git LFS pointer, and its text is not available locally"
    std::string hint;     ///< may be empty
};

/// The content of the file at `path`. Symbolic links within the hub are followed, and the object of
/// a Git LFS pointer is read when it is available locally. Unusable are files that are missing,
/// unreadable or larger than `limit_bytes`, placeholders of other tools, and bytes with NUL.
std::variant<std::string, UnusableText> read_text_file(const Tree& tree, const std::string& path,
                                                       std::uint64_t limit_bytes);

}  // namespace onnxhub
