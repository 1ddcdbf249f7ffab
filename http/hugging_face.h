// SPDX-License-Identifier: Apache-2.0
// Addresses of files on Hugging Face.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

inline constexpr std::string_view hugging_face_endpoint = "https://huggingface.co";

/// The URL of the file "a/NAME.onnx" of a hub whose models have a repository each:
/// "ENDPOINT/ORGANIZATION/NAME/resolve/main/NAME.onnx". `endpoint` has no '/' at its end.
std::string hugging_face_url(std::string_view endpoint, std::string_view organization,
                             std::string_view path);

}  // namespace onnxhub
