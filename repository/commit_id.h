// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// The full id of a commit: 40 lower-case hexadecimal digits, or 64 in repositories that use
/// SHA-256.
using CommitId = std::string;

/// Whether `text` has the form of a CommitId. A branch or tag could have such a name too.
constexpr bool is_commit_id(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace onnxhub
