// SPDX-License-Identifier: Apache-2.0
// Names of files with signatures of models.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

/// The file with the signature of a whole folder, as model_signing names it.
inline constexpr std::string_view folder_signature_name = "model.sig";
/// Added to the name of a model's file: the signature of this model and its external data.
inline constexpr std::string_view model_signature_suffix = ".sig";

/// "a/x.onnx" → "a/x.onnx.sig".
std::string signature_of_model(const std::string& model_path);

/// The files of a hub that are signatures of models by their name: "model.sig" in any folder, and
/// "x.onnx.sig" beside a file "x.onnx". `files` are all files of the hub, sorted.
std::vector<std::string> signature_files(const std::vector<std::string>& files);

/// Whether the file is the signature of a folder, and not of one model.
bool is_folder_signature(const std::string& path);

}  // namespace onnxhub
