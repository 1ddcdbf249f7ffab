// SPDX-License-Identifier: Apache-2.0
// Checks the head of a request. Heads that two programs may parse differently are rejected (RFC
// 9112, sections 2.2, 3, 5, 6.3 and 11.2), since behind a proxy they allow request smuggling.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onnxhub {

struct RequestHead {
    std::string_view method;
    std::string_view target;
    std::string_view version;  ///< "HTTP/1.1"
    std::vector<std::pair<std::string_view, std::string_view>>
        fields;  ///< in the order of the request
};

struct HeadFlaw {
    int status = 400;    ///< 400 or 413
    std::string reason;  ///< one line for the client
};

/// The first reason to reject the request; nullopt when there is none. Requests have no content
/// here, so GET, HEAD and OPTIONS that announce content are rejected too.
std::optional<HeadFlaw> flaw_of(const RequestHead& head);

/// Whether the parts are contiguous in memory with two bytes at each line end, as left by a parser
/// that replaced "\r\n" and delimiters by NULs. Then no line ended in a bare LF, no line was
/// folded, and no NUL truncated a value. `bytes` is the length of the whole head.
bool is_laid_out_as_sent(const RequestHead& head, std::size_t bytes);

}  // namespace onnxhub
