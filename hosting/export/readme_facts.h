// SPDX-License-Identifier: Apache-2.0
// Reads facts from a README: title and licence.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// Text of the first heading without markup; "" when there is none.
std::string title_of(std::string_view markdown);

/// `license` of the front matter, as on Hugging Face. Otherwise the first line below a heading
/// "License" or "Licence", up to its first comma or full stop and without markup; "" when there is
/// neither.
std::string licence_of(std::string_view markdown);

}  // namespace onnxhub
