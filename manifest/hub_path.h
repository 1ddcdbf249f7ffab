// SPDX-License-Identifier: Apache-2.0
// Paths of files in a hub: relative to its root, '/' between segments, never leaving it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace onnxhub {

/// Why a path can't be used; `reason` is one clause, e.g. "leads out of the repository".
struct UnsafePath {
    std::string reason;
};

/// Cleans `path`, which is relative to the folder `base` ("" is the hub's root): "." and empty
/// segments go, ".." takes its parent away. The result has no leading or trailing '/'; the root
/// itself is "". Refused: a path that starts with '/', leaves the hub, holds a backslash, a control
/// character, NUL, bytes that are not UTF-8, over 4,096 bytes, a drive letter ("C:") or a URL
/// scheme, or has a segment ".git" in any case. Purely lexical: symbolic links are the tree's
/// business.
std::variant<std::string, UnsafePath> clean_hub_path(std::string_view base, std::string_view path);

/// Whether a `model_path` read from a manifest may be joined to a folder: non-empty and exactly
/// what clean_hub_path() gives for it. On failure says why.
std::variant<std::string, UnsafePath> check_hub_path(std::string_view path);

std::string_view parent_folder(std::string_view path);  ///< "a/b/c" → "a/b", "c" → ""
std::string_view file_name(std::string_view path);      ///< "a/b/c" → "c"

}  // namespace onnxhub
