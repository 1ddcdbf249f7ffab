// SPDX-License-Identifier: Apache-2.0
// Envelopes that a number of distinct keys must sign.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "trust/dsse_envelope.h"
#include "trust/key_role.h"
#include "trust/private_key.h"

namespace onnxhub {

inline constexpr std::size_t hub_envelope_limit = 256 * 1024;  // bytes
/// More signatures are refused: those of two roles with all their keys.
inline constexpr std::size_t envelope_signature_limit = 2 * role_key_limit;

/// Parses the text of an envelope with payload type in_toto_payload_type, whose signatures all have
/// a key id. `what` names it in messages: "the hub statement". Throws Refused.
DsseEnvelope parse_hub_envelope(std::string_view text, std::size_t limit_bytes,
                                const std::string& what);

/// One line of JSON with a line break at its end.
std::string hub_envelope_text(const DsseEnvelope& envelope);

/// The text of an envelope around `payload`, signed by each key once.
std::string sign_hub_payload(std::string payload, const std::vector<PrivateKey>& keys);

/// How many keys of the role have a valid signature in the envelope. The key id of a signature
/// (PublicKey::id()) only chooses which key is tried; two signatures of one key count once.
std::size_t count_signers(const DsseEnvelope& envelope, const KeyRole& role);

/// "needs 1 more signature by a release key of root 1 (0123456789abcdef, …)", which names the keys
/// that have not signed by the beginning of their ids. `key` is "release key of root 1". Empty: the
/// threshold is reached.
std::string missing_signatures(const DsseEnvelope& envelope, const KeyRole& role,
                               const std::string& key);

/// Adds a signature over the same payload bytes. Returns the text unchanged if the key has already
/// signed. Throws Refused when the text is no such envelope, or is full.
std::string add_signature(std::string_view text, const PrivateKey& key, const std::string& what);

}  // namespace onnxhub
