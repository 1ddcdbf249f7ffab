// SPDX-License-Identifier: Apache-2.0
// Where the files of an index are written.
#pragma once

#include <string_view>

#include "index/index_format.h"

namespace onnxhub {

class IndexFiles {
public:
    virtual ~IndexFiles() = default;

    /// A file with the path index_path(file.digest). Called from several threads, and more than
    /// once for the same file. May throw, which ends the work.
    virtual void put(const IndexRef& file, std::string_view text) = 0;
};

}  // namespace onnxhub
