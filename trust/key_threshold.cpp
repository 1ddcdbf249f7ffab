// SPDX-License-Identifier: Apache-2.0
#include "trust/key_threshold.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/escaping.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

constexpr std::size_t shown_id_digits = 16;

bool has_signed_envelope(const PublicKey& key, const std::string& message,
                         const DsseEnvelope& envelope) {
    const std::string id = key.id();
    return std::ranges::any_of(envelope.signatures, [&](const DsseSignature& signature) {
        return signature.key_id == id && key.has_signed(message, signature.signature);
    });
}

std::string signed_bytes_of(const DsseEnvelope& envelope) {
    return pre_authentication_encoding(envelope.payload_type, envelope.payload);
}

}  // namespace

DsseEnvelope parse_hub_envelope(std::string_view text, std::size_t limit_bytes,
                                const std::string& what) {
    if (text.size() > limit_bytes) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("{} has more than {} bytes", what, limit_bytes));
    }
    DsseEnvelope envelope = read_envelope(parse_strict_json(text, what), envelope_signature_limit);
    if (envelope.payload_type != in_toto_payload_type) {
        throw Refused(RefusalKind::unsupported,
                      fmt::format("{} has the payload type \"{}\" instead of {}", what,
                                  shown(envelope.payload_type), in_toto_payload_type));
    }
    for (const DsseSignature& signature : envelope.signatures) {
        if (parse_sha256(signature.key_id)) continue;
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} has a signature whose keyid \"{}\" is not the SHA-256 of a "
                                  "key",
                                  what, shown(signature.key_id)));
    }
    return envelope;
}

std::string hub_envelope_text(const DsseEnvelope& envelope) {
    return json_text(envelope_json(envelope), {.indent = 0}) + "\n";
}

std::string sign_hub_payload(std::string payload, const std::vector<PrivateKey>& keys) {
    DsseEnvelope envelope{std::string(in_toto_payload_type), std::move(payload), {}};
    for (const PrivateKey& key : keys) {
        const std::string id = key.public_key().id();
        if (std::ranges::find(envelope.signatures, id, &DsseSignature::key_id) !=
            envelope.signatures.end()) {
            continue;
        }
        envelope.signatures.push_back({id, key.sign(signed_bytes_of(envelope))});
    }
    return hub_envelope_text(envelope);
}

std::size_t count_signers(const DsseEnvelope& envelope, const KeyRole& role) {
    const std::string message = signed_bytes_of(envelope);
    std::vector<std::string> counted;
    for (const PublicKey& key : role.keys) {
        const std::string id = key.id();
        if (std::ranges::find(counted, id) != counted.end()) continue;
        if (has_signed_envelope(key, message, envelope)) counted.push_back(id);
    }
    return counted.size();
}

std::string missing_signatures(const DsseEnvelope& envelope, const KeyRole& role,
                               const std::string& key) {
    const std::size_t signers = count_signers(envelope, role);
    if (signers >= role.threshold) return "";
    const std::string message = signed_bytes_of(envelope);
    std::vector<std::string> others;
    for (const PublicKey& candidate : role.keys) {
        if (has_signed_envelope(candidate, message, envelope)) continue;
        others.push_back(candidate.id().substr(0, shown_id_digits));
    }
    const std::size_t missing = role.threshold - signers;
    return fmt::format("needs {} more signature{} by a {} ({})", missing, missing == 1 ? "" : "s",
                       key, fmt::join(others, ", "));
}

std::string add_signature(std::string_view text, const PrivateKey& key, const std::string& what) {
    DsseEnvelope envelope = parse_hub_envelope(text, hub_envelope_limit, what);
    const std::string message = signed_bytes_of(envelope);
    if (has_signed_envelope(key.public_key(), message, envelope)) return std::string(text);
    const std::string id = key.public_key().id();
    // A damaged signature of this key helps no one.
    std::erase_if(envelope.signatures,
                  [&](const DsseSignature& signature) { return signature.key_id == id; });
    if (envelope.signatures.size() == envelope_signature_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("{} already has {} signatures", what, envelope_signature_limit));
    }
    envelope.signatures.push_back({id, key.sign(message)});
    return hub_envelope_text(envelope);
}

}  // namespace onnxhub
