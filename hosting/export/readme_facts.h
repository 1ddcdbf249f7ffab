// SPDX-License-Identifier: Apache-2.0
// What a README says of the whole: a title, a licence.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// Text of the first heading, without its markup; "" when there is none.
std::string title_of(std::string_view markdown);

/// `license` of the front matter, as Hugging Face has it, else the first line below a heading
/// "License" or "Licence", up to its first comma or full stop and without markup; "" when there is
/// neither.
std::string licence_of(std::string_view markdown);

}  // namespace onnxhub
