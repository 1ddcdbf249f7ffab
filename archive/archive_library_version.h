// SPDX-License-Identifier: Apache-2.0
// Which libarchive this system has.
#pragma once

#include <string>

namespace onnxhub {

/// "libarchive 3.6.2 zlib/1.2.13 liblzma/5.4.1". Loads libarchive. Throws UserError when
/// it cannot be loaded.
std::string archive_library_version();

}  // namespace onnxhub
