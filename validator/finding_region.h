// SPDX-License-Identifier: Apache-2.0
// Finds the part of a line that a finding is about: a cell of a table, or a value in the manifest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// Bytes of a line, from 0.
struct LineRegion {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< exclusive, after `begin`

    bool operator==(const LineRegion&) const = default;
};

/// The text of the cell with this number (from 1) in a row of a Markdown table, without the blanks
/// around it. Of an empty cell, everything between its bars. Nothing when the line has no such
/// cell, for example because the table is written in HTML.
/// https://github.github.com/gfm/#tables-extension-
std::optional<LineRegion> cell_region(std::string_view line, int cell);

/// The value of an object's member in a line of JSON; its key, when the value continues on other
/// lines. Nothing unless the line has exactly one member of that name.
std::optional<LineRegion> member_region(std::string_view line, std::string_view name);

/// Sets the columns of findings that have a source line and no columns, where they can be found.
/// In the manifest, a finding's key is the path of a field ("metadata.model_sha").
void find_columns(std::string_view manifest_file, std::vector<Finding>& findings);

}  // namespace onnxhub
