// SPDX-License-Identifier: Apache-2.0
// What a request's head must be like: those that two programs may read differently are refused
// (RFC 9112, sections 2.2, 3, 5, 6.3 and 11.2), for one behind another must not be led astray.
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
    std::string_view version;                                           ///< "HTTP/1.1"
    std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< in their order
};

struct HeadFlaw {
    int status = 400;    ///< or 413
    std::string reason;  ///< one line for the client
};

/// The first reason why the request is not answered; nothing when there is none. No request here
/// has content: who announces some to GET, HEAD or OPTIONS is refused too.
std::optional<HeadFlaw> flaw_of(const RequestHead& head);

/// Whether the parts lie in memory one after the other with two bytes where a line ended, as they
/// do where a parser has put NULs in place of "\r\n" and of the delimiters: then no line ended in
/// a bare LF, none was folded and no NUL has cut a value. `bytes` is the length of the whole head.
bool is_laid_out_as_sent(const RequestHead& head, std::size_t bytes);

}  // namespace onnxhub
