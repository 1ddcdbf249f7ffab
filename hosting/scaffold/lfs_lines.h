// SPDX-License-Identifier: Apache-2.0
// Lines of .gitattributes for single files. Only the .cpp files of this module include this header.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "repository/tree.h"

namespace onnxhub {

inline constexpr const char* attributes_file_name = ".gitattributes";

/// Lines for those of `paths` that no pattern puts into Git LFS; empty if the hub does not use it.
std::string missing_lfs_lines(const Tree& hub, const std::vector<std::string>& paths);

/// `attributes` with the lines at its end.
std::string with_lines_added(std::string attributes, const std::string& lines);

/// `attributes` without the lines that `add` writes for these files alone.
std::string without_lfs_lines(const std::string& attributes, const std::vector<std::string>& paths);

}  // namespace onnxhub
