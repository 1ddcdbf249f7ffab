// SPDX-License-Identifier: Apache-2.0
// The text of the lines of findings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repository/tree.h"
#include "validator/finding.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// Sets Finding::source_line if the file is readable: at most 2,000 bytes of a line, and for the
/// manifest in total at most its size or 4 MiB.
void add_source_lines(const Tree& tree, const ManifestText& manifest,
                      std::vector<Finding>& findings);

/// The text of the file at `path`, following symbolic links; nothing if it is not readable, because
/// a report without the line is still useful.
std::optional<std::string> readable_text(const Tree& tree, const std::string& path);

/// The lines `wanted` (sorted, 1-based) of `text`, in one pass; empty if there is no such line.
std::vector<std::string> lines_of(std::string_view text, const std::vector<int>& wanted);

}  // namespace onnxhub
