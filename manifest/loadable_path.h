// SPDX-License-Identifier: Apache-2.0
// Paths of a hub's files that clients may load: a hub must not choose where bytes are written.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "manifest/hub_path.h"

namespace onnxhub {

/// Whether a file at this path may be loaded into a cache: check_hub_path(), and besides no segment
/// begins with a dot, no name is longer than 190 bytes (the cache puts 65 in front, a file system
/// takes 255), and no folder is called like those that the cache makes for a model of its own, 64
/// hexadecimal digits and '_'. So no path leads into another model's folder or to what clients keep
/// for themselves.
std::variant<std::string, UnsafePath> check_loadable_path(std::string_view path);

}  // namespace onnxhub
