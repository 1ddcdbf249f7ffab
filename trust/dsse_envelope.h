// SPDX-License-Identifier: Apache-2.0
// Dead Simple Signing Envelope 1.0.2: a payload, its type, and signatures over both.
// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/json.h"

namespace onnxhub {

struct DsseSignature {
    std::string key_id;     ///< as the envelope states it, unverified; "" if absent or null
    std::string signature;  ///< raw bytes
};

struct DsseEnvelope {
    std::string payload_type;
    std::string payload;  ///< raw bytes
    std::vector<DsseSignature> signatures;
};

/// The payload type of in-toto statements.
inline constexpr std::string_view in_toto_payload_type = "application/vnd.in-toto+json";

inline constexpr std::size_t payload_size_limit = std::size_t{48} << 20;  // bytes
inline constexpr std::size_t key_id_limit = 256;                          // bytes
/// The DER signature of P-521 has at most 139 bytes.
inline constexpr std::size_t ecdsa_signature_limit = 256;  // bytes

/// The bytes that are signed: "DSSEv1 <length> <type> <length> <payload>", lengths in bytes.
std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload);

/// Reads an envelope with one to `most_signatures` signatures. Throws Refused.
DsseEnvelope read_envelope(const JsonValue& value, std::size_t most_signatures);

JsonValue envelope_json(const DsseEnvelope& envelope);

}  // namespace onnxhub
