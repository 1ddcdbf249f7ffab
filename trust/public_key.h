// SPDX-License-Identifier: Apache-2.0
// Public keys for ECDSA on P-256, P-384 and P-521.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "trust/ecdsa_curve.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace onnxhub {

/// Larger files are no keys.
inline constexpr std::size_t key_file_limit = 64 * 1024;  // bytes

/// Copies share the key. Thread-safe.
class PublicKey {
public:
    /// The first "PUBLIC KEY" (SubjectPublicKeyInfo) in a PEM file; text before it is skipped.
    /// Throws Refused when there is none, or for other kinds of keys and curves.
    static PublicKey from_pem(std::string_view text);

    /// A SubjectPublicKeyInfo in exactly the bytes of der(), so that each key has one spelling.
    /// Throws Refused for anything else.
    static PublicKey from_der(std::string_view bytes);

    /// Takes the key over. Throws Refused for other kinds of keys and curves.
    explicit PublicKey(std::shared_ptr<evp_pkey_st> key);

    EcdsaCurve curve() const { return curve_; }

    /// SubjectPublicKeyInfo with an uncompressed point (RFC 5480, section 2.2): always the same
    /// bytes for the same key, however its file spells it.
    std::string pem() const;
    const std::string& der() const { return der_; }

    /// Hex SHA-256 of pem(): how the bundles of OpenSSF Model Signing name a key.
    std::string hint() const;
    /// Hex SHA-256 of der(): how DSSE envelopes of hubs name a key.
    std::string id() const;

    /// Whether `signature` (DER) is this key's over `message`, with the digest of the curve.
    bool has_signed(std::string_view message, std::string_view signature) const;

    bool operator==(const PublicKey& other) const { return der() == other.der(); }

private:
    std::shared_ptr<evp_pkey_st> key_;
    EcdsaCurve curve_;
    std::string der_;  ///< OpenSSL takes longer to encode a key than to verify with it
};

}  // namespace onnxhub
