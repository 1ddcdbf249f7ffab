// SPDX-License-Identifier: Apache-2.0
// Private keys for ECDSA on P-256, P-384 and P-521.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trust/public_key.h"

namespace onnxhub {

/// Asked once for the passphrase of an encrypted key; nothing: there is none.
using AskPassphrase = std::function<std::optional<std::string>()>;

/// OpenSSL's limit for passphrases of PEM files.
inline constexpr std::size_t passphrase_limit = 1024;  // bytes

/// Copies share the key. Thread-safe.
class PrivateKey {
public:
    /// A new random key.
    static PrivateKey create(EcdsaCurve curve);

    /// The first private key in a PEM file: PKCS#8, also encrypted, or SEC 1. Throws Refused when
    /// there is none, the passphrase is wrong or missing, or for other kinds of keys and curves.
    static PrivateKey from_pem(std::string_view text, const AskPassphrase& ask);

    /// PKCS#8. With a passphrase, encrypted with AES-256 and PBKDF2.
    std::string pem(const std::optional<std::string>& passphrase) const;

    const PublicKey& public_key() const { return public_key_; }

    /// An ECDSA signature in DER over `message`, with the digest of the curve.
    std::string sign(std::string_view message) const;

private:
    explicit PrivateKey(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
    PublicKey public_key_;
};

/// Asks on the terminal of this process, without echo; `twice` asks again to find typing errors.
/// Nothing without a terminal, for an empty answer, and for two different ones.
std::optional<std::string> ask_passphrase_on_terminal(const std::string& prompt, bool twice);

}  // namespace onnxhub
