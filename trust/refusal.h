// SPDX-License-Identifier: Apache-2.0
// Why a signature is not accepted.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace onnxhub {

enum class RefusalKind {
    malformed,    ///< not JSON, a repeated or unknown member, invalid base64 or DER
    too_large,    ///< beyond a limit of this module
    unsupported,  ///< a format, version or method that onnxhub does not verify
    key,          ///< made with another key, or the key is not usable
    certificate,  ///< the certificates do not lead to a trusted root, or do not allow signing
    signature,    ///< the signature does not match the signed bytes
    statement,    ///< correctly signed, but not a consistent statement about files
};

std::string_view name_of(RefusalKind kind);  ///< "malformed", "key"

struct Refusal {
    RefusalKind kind = RefusalKind::malformed;
    std::string reason;  ///< one clause, continues "<file>: "; may end with "; <what to do>"
};

/// Thrown by the parsers of this module. The functions for whole documents catch it and return
/// the Refusal. `what()` is the reason.
class Refused : public std::runtime_error {
public:
    Refused(RefusalKind why, const std::string& reason) : std::runtime_error(reason), kind(why) {}

    Refusal refusal() const { return {kind, what()}; }

    RefusalKind kind;
};

}  // namespace onnxhub
