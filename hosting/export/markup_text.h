// SPDX-License-Identifier: Apache-2.0
// Text inside of HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// `text` for an element's content or a quoted attribute. Characters that XML does not allow, and
/// bytes that are not UTF-8, become U+FFFD.
std::string markup_text(std::string_view text);

}  // namespace onnxhub
