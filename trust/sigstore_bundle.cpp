// SPDX-License-Identifier: Apache-2.0
#include "trust/sigstore_bundle.h"

#include <fmt/format.h>

#include <utility>

#include "base/escaping.h"
#include "trust/base64.h"
#include "trust/certificate_chain.h"
#include "trust/public_key.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

constexpr const char* material_name = "verificationMaterial";

KeyMaterial read_key_material(const JsonValue& value) {
    require_members_among(value, {"hint", "rawBytes", "keyDetails"}, "publicKey");
    KeyMaterial material;
    material.hint = text_member_if_any(value, "hint");
    if (value.find("rawBytes")) {
        material.pem = base64_member(value, "rawBytes", key_file_limit);
        material.key_details = text_member(value, "keyDetails");
    }
    if (material.hint.empty() && material.pem.empty()) {
        throw Refused(RefusalKind::malformed, "publicKey has neither hint nor rawBytes");
    }
    return material;
}

CertificateMaterial read_certificate_material(const JsonValue& value) {
    require_members_among(value, {"certificates"}, "x509CertificateChain");
    const JsonValue& list = json_member(value, "certificates");
    if (!list.array() || list.array()->empty()) {
        throw UnexpectedJson("certificates is not a list of certificates");
    }
    if (list.array()->size() > chain_length_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("it has more than {} certificates", chain_length_limit));
    }
    CertificateMaterial material;
    for (const JsonValue& item : *list.array()) {
        require_members_among(item, {"rawBytes"}, "a certificate");
        material.chain.push_back(base64_member(item, "rawBytes", certificate_size_limit));
    }
    return material;
}

/// With the version in front: members of other versions have other names.
void require_media_type(const JsonValue& root) {
    const std::string type = text_member(root, "mediaType");
    if (type == bundle_media_type) return;
    throw Refused(RefusalKind::unsupported, fmt::format("its mediaType is \"{}\" instead of {}",
                                                        shown(type), bundle_media_type));
}

decltype(SigstoreBundle::material) read_material(const JsonValue& value) {
    require_members_among(value,
                          {"publicKey", "x509CertificateChain", "certificate", "tlogEntries",
                           "timestampVerificationData"},
                          material_name);
    int kinds = 0;
    for (const char* kind : {"publicKey", "x509CertificateChain", "certificate"}) {
        kinds += value.find(kind) ? 1 : 0;
    }
    if (kinds != 1) {
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} has {} of publicKey, x509CertificateChain and certificate "
                                  "instead of one",
                                  material_name, kinds));
    }
    const JsonValue* log = value.find("tlogEntries");
    if (log && !log->array()) throw UnexpectedJson("tlogEntries is not an array");
    if (value.find("certificate")) return KeylessMaterial();
    if (const JsonValue* key = value.find("publicKey")) return read_key_material(*key);
    return read_certificate_material(*value.find("x509CertificateChain"));
}

JsonValue material_json(const SigstoreBundle& bundle) {
    JsonObject members;
    if (const auto* key = std::get_if<KeyMaterial>(&bundle.material)) {
        members.push_back({"publicKey", json_object({{"hint", json_string(key->hint)}})});
    } else if (const auto* chain = std::get_if<CertificateMaterial>(&bundle.material)) {
        JsonArray certificates;
        for (const std::string& der : chain->chain) {
            certificates.push_back(json_object({{"rawBytes", json_string(encode_base64(der))}}));
        }
        members.push_back({"x509CertificateChain",
                           json_object({{"certificates", json_array(std::move(certificates))}})});
    }
    members.push_back({"tlogEntries", json_array({})});
    return json_object(std::move(members));
}

}  // namespace

SigstoreBundle parse_bundle(std::string_view text) {
    if (text.size() > bundle_size_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("has more than {} MiB", bundle_size_limit >> 20));
    }
    const std::string what = "the bundle";
    const JsonValue root = parse_strict_json(text, what);
    return reading_strictly(what, [&] {
        require_media_type(root);
        require_members_among(
            root, {"mediaType", material_name, "dsseEnvelope", "messageSignature"}, what);
        if (root.find("messageSignature")) {
            throw Refused(RefusalKind::unsupported,
                          "signs one file (messageSignature), not a model");
        }
        return SigstoreBundle{read_material(json_member(root, material_name)),
                              read_envelope(json_member(root, "dsseEnvelope"), 1)};
    });
}

std::string bundle_text(const SigstoreBundle& bundle) {
    const JsonValue root = json_object({{"mediaType", json_string(std::string(bundle_media_type))},
                                        {material_name, material_json(bundle)},
                                        {"dsseEnvelope", envelope_json(bundle.envelope)}});
    return json_text(root, {.indent = 0}) + "\n";
}

}  // namespace onnxhub
