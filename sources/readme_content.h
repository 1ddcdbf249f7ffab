// SPDX-License-Identifier: Apache-2.0
// The tables of a README that may be in the middle of a merge. Private to this module.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/markdown_table.h"

namespace onnxhub {

/// The Markdown tables of a README; nullopt when it cannot be read or has an unresolved merge
/// conflict. The conflict is the only diagnostic, since other errors would be caused by it.
std::optional<std::vector<MarkdownTable>> read_readme_tables(std::string_view markdown,
                                                             const std::string& readme_path,
                                                             Diagnostics& diagnostics);

}  // namespace onnxhub
