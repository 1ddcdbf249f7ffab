// SPDX-License-Identifier: Apache-2.0
// IP addresses as text, and this machine's name.
#pragma once

#include <string>

namespace onnxhub {

bool is_ipv4_address(const std::string& text);
bool is_ipv6_address(const std::string& text);  ///< without brackets

/// Whether only this machine can reach the address: 127.0.0.0/8 or ::1, also mapped into IPv6.
bool is_loopback_address(const std::string& address);

/// As gethostname(2) has it; empty on failure.
std::string machine_name();

}  // namespace onnxhub
