// SPDX-License-Identifier: Apache-2.0
// The text of the lines that findings point at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/tree.h"
#include "validator/finding.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// Fills in Finding::source_line where the file can be read; no more than 2,000 bytes of a line,
/// and of the manifest no more in all than it has, or 4 MiB.
void add_source_lines(const Tree& tree, const ManifestText& manifest,
                      std::vector<Finding>& findings);

/// The text of the file that `path` leads to in the end; nothing when it can't be read, since a
/// report without it is still a report.
std::optional<std::string> readable_text(const Tree& tree, const std::string& path);

/// The lines `wanted` (sorted, 1-based) of `text`, in one pass; empty where there is no such line.
std::vector<std::string> lines_of(std::string_view text, const std::vector<int>& wanted);

}  // namespace onnxhub
