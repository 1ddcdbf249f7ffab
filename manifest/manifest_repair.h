// SPDX-License-Identifier: Apache-2.0
// What to advise where a manifest can't be read. Never to delete it: its ports would be lost.
#pragma once

#include <string>
#include <string_view>

#include "manifest/json.h"

namespace onnxhub {

/// One clause with the commands that repair `text`, which breaks JSON's grammar as `error` says.
/// `file` is its path in the working tree, as messages show it.
std::string repair_hint(std::string_view text, const JsonSyntaxError& error,
                        const std::string& file);

}  // namespace onnxhub
