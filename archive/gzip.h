// SPDX-License-Identifier: Apache-2.0
// Texts packed for their way over the network.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// As gzip (RFC 1952), without a name or time, so that the same text gives the same bytes. `level`
/// is zlib's, 1 (fast) to 9 (small).
std::string gzip(std::string_view text, int level);

}  // namespace onnxhub
