// SPDX-License-Identifier: Apache-2.0
// The curves that models are signed with, each with the digest of its strength.
#pragma once

#include <optional>
#include <string_view>

namespace onnxhub {

enum class EcdsaCurve {
    p256,  ///< with SHA-256
    p384,  ///< with SHA-384
    p521,  ///< with SHA-512
};

std::string_view name_of(EcdsaCurve curve);  ///< "p256"
std::optional<EcdsaCurve> parse_ecdsa_curve(std::string_view name);

/// OpenSSL's names of the curve and its digest: "prime256v1", "SHA256".
const char* openssl_name_of(EcdsaCurve curve);
const char* digest_name_of(EcdsaCurve curve);
std::optional<EcdsaCurve> curve_of_openssl_name(std::string_view name);

/// The name in a Sigstore bundle: "PKIX_ECDSA_P256_SHA_256".
/// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_common.proto
std::string_view key_details_of(EcdsaCurve curve);

}  // namespace onnxhub
