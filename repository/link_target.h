// SPDX-License-Identifier: Apache-2.0
// Links of a README, as GitHub follows them in a repository.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "manifest/hub_path.h"

namespace onnxhub {

/// The link leaves the repository by a scheme ("https:") or a host ("//example.org").
struct AbsoluteUrl {};

/// A path from the hub's root, clean, or why there is none.
using LinkTarget = std::variant<std::string, AbsoluteUrl, UnsafePath>;

/// Where `link` leads in a README of `folder`. A leading '/' is the hub's root; "?query" and
/// "#fragment" are no part of the path.
LinkTarget resolve_link(std::string_view folder, std::string_view link);

/// The path of a relative link as written, less query and fragment, with %XX decoded. Escapes that
/// are none stay as they are.
std::string decoded_link_path(std::string_view link);

}  // namespace onnxhub
