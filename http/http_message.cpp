// SPDX-License-Identifier: Apache-2.0
#include "http/http_message.h"

#include <algorithm>

#include "base/spelling.h"

namespace onnxhub {

const std::string* find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
    const std::string wanted = lower_case(name);
    const auto found =
        std::find_if(headers.rbegin(), headers.rend(),
                     [&](const HttpHeader& header) { return lower_case(header.name) == wanted; });
    return found == headers.rend() ? nullptr : &found->value;
}

}  // namespace onnxhub
