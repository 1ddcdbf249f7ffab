// SPDX-License-Identifier: Apache-2.0
// The operating system's reasons as text.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace onnxhub {

/// The text of an error number, such as "No space left on device". Without an argument, the error
/// is that of the last failed call. Thread-safe.
inline std::string error_text(int error = errno) {
    return std::generic_category().message(error);
}

}  // namespace onnxhub
