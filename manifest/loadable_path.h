// SPDX-License-Identifier: Apache-2.0
// Paths of files that clients may load. A hub must not choose where the client writes files.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "manifest/hub_path.h"

namespace onnxhub {

/// Checks that a file at this path may be loaded into a cache. In addition to check_hub_path(): no
/// segment begins with a dot, no name is longer than 190 bytes (the cache adds a prefix of 65, and
/// file systems allow 255), and no folder has a name that the cache uses for a model's own folder
/// (64 hexadecimal digits and '_'). So no path leads into another model's folder or to the client's
/// own files.
std::variant<std::string, UnsafePath> check_loadable_path(std::string_view path);

}  // namespace onnxhub
