// SPDX-License-Identifier: Apache-2.0
// The advice for an unreadable manifest. It never says to delete the file, since its ports would be
// lost.
#pragma once

#include <string>
#include <string_view>

#include "manifest/json.h"

namespace onnxhub {

/// The message for a manifest with the conflict markers of a merge.
inline constexpr const char* conflict_in_manifest = "contains the conflict markers of a merge";

/// Whether the line of `error` in `text` is a conflict marker of git or of the merge driver.
bool is_at_conflict_marker(std::string_view text, const JsonSyntaxError& error);

/// One clause with the commands that repair `text`, which has the syntax error `error`. `file` is
/// the path in the working tree, for messages.
std::string repair_hint(std::string_view text, const JsonSyntaxError& error,
                        const std::string& file);

}  // namespace onnxhub
