// SPDX-License-Identifier: Apache-2.0
// Settings for repositories of a known layout: templates/sources/.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace onnxhub {

struct KnownLayout {
    std::string_view id;     ///< name of its file without ".toml"
    std::string_view title;  ///< what it is, for people: "Triton model repository"
    std::string_view text;   ///< a whole onnxhub.toml; "@NAME@" stands for the hub's name
};

/// All layouts but the last are specific; of those that describe the same number of models, the
/// first is the better match. The last one describes every .onnx file.
std::span<const KnownLayout> known_layouts();

/// The [[source]] tables of a layout, with their comments, for a hub named `hub_name`.
std::string source_text(const KnownLayout& layout, std::string_view hub_name);

}  // namespace onnxhub
