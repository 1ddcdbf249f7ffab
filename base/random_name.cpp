// SPDX-License-Identifier: Apache-2.0
#include "base/random_name.h"

#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/error_text.h"
#include "base/user_error.h"

namespace onnxhub {

std::string random_name() {
    std::array<unsigned char, 16> bytes = {};
    // Up to 256 bytes come at once or not at all (getrandom(2)).
    while (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        if (errno == EINTR) continue;
        throw UserError(std::string("random numbers: the system returned none (") + error_text() +
                        "); check /dev/urandom");
    }
    constexpr const char* digits = "0123456789abcdef";
    std::string name;
    for (const unsigned char byte : bytes) {
        name += digits[byte >> 4];
        name += digits[byte & 15];
    }
    return name;
}

}  // namespace onnxhub
