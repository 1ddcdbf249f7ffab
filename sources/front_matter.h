// SPDX-License-Identifier: Apache-2.0
// The YAML at the top of a Markdown document, between two lines "---": Hugging Face and static site
// generators keep metadata there.
#pragma once

#include <optional>
#include <string_view>

namespace onnxhub {

struct FrontMatter {
    std::string_view yaml;  ///< part of the document
    int first_line = 2;     ///< 1-based line of the document where `yaml` begins
};

/// Nullopt when the document does not begin with a line "---", or has no such line, or "...", below
/// it.
std::optional<FrontMatter> find_front_matter(std::string_view markdown);

}  // namespace onnxhub
