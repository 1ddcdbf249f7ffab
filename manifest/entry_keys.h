// SPDX-License-Identifier: Apache-2.0
// The keys of an entry, each spelled once. Private to this module.
#pragma once

#include <string_view>

namespace onnxhub::key {

inline constexpr std::string_view model = "model";
inline constexpr std::string_view model_path = "model_path";
inline constexpr std::string_view onnx_version = "onnx_version";
inline constexpr std::string_view opset_version = "opset_version";
inline constexpr std::string_view metadata = "metadata";

inline constexpr std::string_view model_sha = "model_sha";
inline constexpr std::string_view model_bytes = "model_bytes";
inline constexpr std::string_view tags = "tags";
inline constexpr std::string_view io_ports = "io_ports";
inline constexpr std::string_view extra_ports = "extra_ports";
inline constexpr std::string_view archive_path = "model_with_data_path";
inline constexpr std::string_view archive_sha = "model_with_data_sha";
inline constexpr std::string_view archive_bytes = "model_with_data_bytes";
inline constexpr std::string_view external_data = "external_data";

// Additions of this project, in the order of the format.
inline constexpr std::string_view sources = "sources";
inline constexpr std::string_view license = "license";
inline constexpr std::string_view author = "author";
inline constexpr std::string_view task = "task";
inline constexpr std::string_view description = "description";
inline constexpr std::string_view parameters = "parameters";
inline constexpr std::string_view opsets = "opsets";

inline constexpr std::string_view inputs = "inputs";
inline constexpr std::string_view outputs = "outputs";
inline constexpr std::string_view features = "features";

inline constexpr std::string_view name = "name";
inline constexpr std::string_view shape = "shape";
inline constexpr std::string_view type = "type";

inline constexpr std::string_view path = "path";
inline constexpr std::string_view sha = "sha";
inline constexpr std::string_view bytes = "bytes";

}  // namespace onnxhub::key
