// SPDX-License-Identifier: Apache-2.0
// Full names of commits, as text.
#pragma once

#include <string_view>

namespace onnxhub {

/// Whether `text` is a commit id in full: 40 lower-case hexadecimal digits, or 64 in repositories
/// that use SHA-256. Branches and tags may have such a name too, but no one gives them one.
constexpr bool is_commit_id(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace onnxhub
