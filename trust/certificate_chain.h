// SPDX-License-Identifier: Apache-2.0
// X.509 certificates of signers: from the signer's to a trusted root.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trust/public_key.h"

namespace onnxhub {

inline constexpr std::size_t certificate_size_limit = 64 * 1024;      // bytes
inline constexpr std::size_t chain_length_limit = 10;                 // certificates
inline constexpr std::size_t root_file_limit = std::size_t{4} << 20;  // bytes

/// DER of all certificates in a PEM file; text between them is skipped. Throws Refused when there
/// is none, and for a damaged or too large one.
std::vector<std::string> certificates_of_pem(std::string_view text);

/// The public key of a certificate in DER. Throws Refused for other kinds of keys and curves.
PublicKey key_of_certificate(std::string_view der);

/// Throws Refused unless each certificate (DER) was issued by the next. The last one may be any.
void require_issuers(const std::vector<std::string>& chain);

/// When certificates must be valid, in seconds since 1970.
struct ValidityTime {
    /// Checks at this time. Otherwise at the moment from which the signer's certificate is valid,
    /// as the reference implementation of OpenSSF Model Signing does: signatures have no time.
    bool is_strict = false;
    std::int64_t now = 0;
};

/// Checks that `chain` (DER, the signer's certificate first, each signed by the next) leads to one
/// of `roots` (DER, self-signed), that every certificate in it is used, that all are valid, and
/// that the first may sign: it has the key usage digitalSignature or the extended key usage
/// codeSigning. Returns its key. Throws Refused.
PublicKey verify_chain(const std::vector<std::string>& chain, const std::vector<std::string>& roots,
                       const ValidityTime& time);

}  // namespace onnxhub
