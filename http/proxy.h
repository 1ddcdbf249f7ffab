// SPDX-License-Identifier: Apache-2.0
// Which proxy the environment names for a host.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/web_origin.h"

namespace onnxhub {

/// The value of https_proxy, http_proxy or all_proxy that curl would use for this origin; empty
/// when it would use none, also because of no_proxy. Upper-case names of the variables count too,
/// except HTTP_PROXY, which a CGI client could set.
std::string proxy_for(const WebOrigin& origin,
                      const std::function<std::optional<std::string>(const char*)>& environment);

/// Whether an item of `no_proxy` (a list with commas or spaces) has the host: "*", a name with all
/// names below it, an address, or a network such as "10.0.0.0/8".
bool is_without_proxy(const WebOrigin& origin, std::string_view no_proxy);

}  // namespace onnxhub
