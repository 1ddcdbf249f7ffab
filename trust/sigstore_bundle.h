// SPDX-License-Identifier: Apache-2.0
// Sigstore bundle 0.3 with a DSSE envelope: the file format of OpenSSF Model Signing.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trust/dsse_envelope.h"

namespace onnxhub {

inline constexpr std::string_view bundle_media_type =
    "application/vnd.dev.sigstore.bundle.v0.3+json";

/// Larger bundles are rejected. A resource takes about 250 bytes of a bundle.
inline constexpr std::size_t bundle_size_limit = std::size_t{64} << 20;  // bytes

/// Signed with a key that the verifier has. Bundles of model_signing 1.0 contain the key itself.
struct KeyMaterial {
    std::string hint;         ///< PublicKey::hint(); empty: `pem` is set
    std::string pem;          ///< the key; empty: `hint` is set
    std::string key_details;  ///< key_details_of(), with `pem`
};

/// Signed with a key that certificates lead to.
struct CertificateMaterial {
    std::vector<std::string> chain;  ///< DER, the signer's first
};

/// Signed with a certificate of Fulcio for a few minutes, recorded in a transparency log (Rekor).
struct KeylessMaterial {};

struct SigstoreBundle {
    std::variant<KeyMaterial, CertificateMaterial, KeylessMaterial> material;
    DsseEnvelope envelope;  ///< with one signature
};

/// Throws Refused for anything that is not exactly such a bundle. Checks no signature.
SigstoreBundle parse_bundle(std::string_view text);

/// One line of JSON. Only for the first two kinds of material.
std::string bundle_text(const SigstoreBundle& bundle);

}  // namespace onnxhub
