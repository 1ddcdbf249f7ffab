// SPDX-License-Identifier: Apache-2.0
#include "trust/dsse_envelope.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "trust/base64.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

/// Writers leave the key's id out, or write null or an empty string.
std::string key_id_of(const JsonValue& signature) {
    const JsonValue* id = signature.find("keyid");
    if (!id || std::holds_alternative<std::nullptr_t>(id->data)) return "";
    if (!id->string()) throw UnexpectedJson("keyid is not a string");
    if (id->string()->size() > key_id_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("keyid has more than {} bytes", key_id_limit));
    }
    return *id->string();
}

}  // namespace

std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload) {
    return fmt::format("DSSEv1 {} {} {} {}", payload_type.size(), payload_type, payload.size(),
                       payload);
}

DsseEnvelope read_envelope(const JsonValue& value, std::size_t most_signatures) {
    const std::string what = "the DSSE envelope";
    require_members_among(value, {"payload", "payloadType", "signatures"}, what);
    return reading_strictly(what, [&] {
        DsseEnvelope envelope;
        envelope.payload_type = text_member(value, "payloadType");
        envelope.payload = base64_member(value, "payload", payload_size_limit);
        const JsonValue& list = json_member(value, "signatures");
        if (!list.array()) throw UnexpectedJson("signatures is not an array");
        const std::size_t count = list.array()->size();
        if (count == 0 || count > most_signatures) {
            throw Refused(
                RefusalKind::malformed,
                fmt::format(
                    "{} has {} signatures instead of {}", what, count,
                    most_signatures == 1 ? "one" : fmt::format("1 to {}", most_signatures)));
        }
        for (const JsonValue& item : *list.array()) {
            require_members_among(item, {"sig", "keyid"}, "a signature");
            envelope.signatures.push_back(
                {key_id_of(item), base64_member(item, "sig", ecdsa_signature_limit)});
        }
        return envelope;
    });
}

JsonValue envelope_json(const DsseEnvelope& envelope) {
    JsonArray signatures;
    for (const DsseSignature& signature : envelope.signatures) {
        signatures.push_back(json_object({{"sig", json_string(encode_base64(signature.signature))},
                                          {"keyid", json_string(signature.key_id)}}));
    }
    return json_object({{"payload", json_string(encode_base64(envelope.payload))},
                        {"payloadType", json_string(envelope.payload_type)},
                        {"signatures", json_array(std::move(signatures))}});
}

}  // namespace onnxhub
