// SPDX-License-Identifier: Apache-2.0
// Reads READMEs, documents and other small texts of a hub whole. Private to this module.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "repository/tree.h"

namespace onnxhub {

/// Why the text of a file is not available.
struct UnreadableText {
    enum class Kind {
        unresolved,  ///< a symbolic link that leads nowhere
        missing,     ///< no file, or a folder or submodule
        lfs_pointer,
        foreign_pointer,  ///< of another tool
        failed,           ///< it could not be read, or it is too large
    };
    Kind kind = Kind::failed;
    std::string message;  ///< one clause without the file's name: "is missing"
};

/// The text of the file at `path`; symbolic links within the hub are followed.
std::variant<std::string, UnreadableText> read_text_file(const Tree& tree, const std::string& path,
                                                         std::uint64_t limit_bytes);

}  // namespace onnxhub
