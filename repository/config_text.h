// SPDX-License-Identifier: Apache-2.0
// Values of a text in git's configuration format, such as .lfsconfig.
#pragma once

#include <optional>
#include <string>

namespace onnxhub {

/// The value of `key`, such as "lfs.url"; if it occurs several times, the last one. Nothing when
/// the text has no such key. git reads the text, and follows no [include]. Throws UserError when
/// git finds a syntax error, cannot be run or takes too long; the message names the text
/// `shown_name`.
std::optional<std::string> config_text_value(const std::string& text, const std::string& key,
                                             const std::string& shown_name);

}  // namespace onnxhub
