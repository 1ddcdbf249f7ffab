// SPDX-License-Identifier: Apache-2.0
#include "manifest/loadable_path.h"

#include <cstddef>

namespace onnxhub {
namespace {

constexpr std::size_t name_limit = 255 - 65;  // bytes: NAME_MAX of Linux minus a digest and '_'

/// Whether the cache could have made this folder: "<64 hexadecimal digits>_rest".
bool begins_with_digest(std::string_view segment) {
    constexpr std::size_t digits = 64;  // of a SHA-256
    return segment.size() > digits && segment[digits] == '_' &&
           segment.find_first_not_of("0123456789abcdef") == digits;
}

}  // namespace

std::variant<std::string, UnsafePath> check_loadable_path(std::string_view path) {
    auto checked = check_hub_path(path);
    if (std::holds_alternative<UnsafePath>(checked)) return checked;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.starts_with('.')) return UnsafePath{"has a segment that begins with a dot"};
        if (segment.size() > name_limit) return UnsafePath{"has a name of over 190 bytes"};
        if (slash != path.npos && begins_with_digest(segment)) {
            return UnsafePath{"leads into the cache folder of another model"};
        }
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    }
    return checked;
}

}  // namespace onnxhub
