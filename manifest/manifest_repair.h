// SPDX-License-Identifier: Apache-2.0
// The advice for an unreadable manifest. It never says to delete the file, since its ports would be
// lost.
#pragma once

#include <string>
#include <string_view>

#include "manifest/json.h"

namespace onnxhub {

/// One clause with the commands that repair `text`, which has the syntax error `error`. `file` is
/// the path in the working tree, for messages.
std::string repair_hint(std::string_view text, const JsonSyntaxError& error,
                        const std::string& file);

}  // namespace onnxhub
