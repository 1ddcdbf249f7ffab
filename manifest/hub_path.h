// SPDX-License-Identifier: Apache-2.0
// Paths of files in a hub: relative to its root, '/' between segments, never leaving it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace onnxhub {

/// Why a path cannot be used. `reason` is one clause, e.g. "points outside of the repository".
struct UnsafePath {
    std::string reason;
};

/// Normalizes `path`, which is relative to the folder `base` ("" is the hub's root). Removes "."
/// and empty segments; ".." removes the segment before it. The result has no leading or trailing
/// '/', and the root is "".
///
/// Rejects a path that is absolute, leaves the hub, contains a backslash, a control character, NUL
/// or invalid UTF-8, is longer than 4,096 bytes, starts with a drive letter ("C:") or a URL scheme,
/// or has a segment ".git" in any case. Works on text only: the tree checks symbolic links.
std::variant<std::string, UnsafePath> clean_hub_path(std::string_view base, std::string_view path);

/// Checks that a `model_path` from a manifest may be joined to a folder: it must not be empty, and
/// clean_hub_path() must return it unchanged.
std::variant<std::string, UnsafePath> check_hub_path(std::string_view path);

std::string_view parent_folder(std::string_view path);  ///< "a/b/c" → "a/b", "c" → ""
std::string_view file_name(std::string_view path);      ///< "a/b/c" → "c"

}  // namespace onnxhub
