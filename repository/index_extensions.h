// SPDX-License-Identifier: Apache-2.0
// Extensions of a git index file. Format: git's Documentation/gitformat-index.txt
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

/// The signatures of the extensions, such as "TREE" and "link", in the order of the file. Stops at
/// the first byte that breaks the format. Only for repositories with SHA-1.
std::vector<std::string> index_extensions(std::string_view index);

}  // namespace onnxhub
