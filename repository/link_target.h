// SPDX-License-Identifier: Apache-2.0
// Resolves links of a README as GitHub does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "manifest/hub_path.h"
#include "repository/repository_url.h"

namespace onnxhub {

/// The link has a scheme ("https:") or a host ("//example.org").
struct AbsoluteUrl {};

/// A normalized path from the hub's root, or why there is none.
using LinkTarget = std::variant<std::string, AbsoluteUrl, UnsafePath>;

/// Resolves `link` in a README of `folder`. A leading '/' is the hub's root. "?query" and
/// "#fragment" are removed. A URL of a file of the repository `own` is a path.
LinkTarget resolve_link(std::string_view folder, std::string_view link,
                        const std::optional<RepositoryUrl>& own);

/// The path of a relative link as written, without query and fragment, with %XX decoded. Invalid
/// escapes are unchanged.
std::string decoded_link_path(std::string_view link);

}  // namespace onnxhub
