// SPDX-License-Identifier: Apache-2.0
// Recognizes the text of a license file. docs/sources.md lists the licenses.
#pragma once

#include <cstdint>
#include <string_view>

#include "sources/license_name.h"

namespace onnxhub {

/// Larger files hold many licenses. The texts that are recognized have at most 36 KB.
inline constexpr std::uint64_t license_text_limit = 256 * 1024;  // bytes

/// The license whose text, or notice that grants it, is `text`. Layout, titles, comment marks and
/// copyright lines do not matter; any further term does, since it may restrict the license.
/// Everything else becomes a "LicenseRef-" that is the same for the same words.
License license_of_text(std::string_view text);

}  // namespace onnxhub
