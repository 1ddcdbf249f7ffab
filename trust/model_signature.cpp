// SPDX-License-Identifier: Apache-2.0
#include "trust/model_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/escaping.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

[[noreturn]] void fail_keyless() {
    throw Refused(
        RefusalKind::unsupported,
        "is a keyless signature (Sigstore, with Fulcio and Rekor), which onnxhub does not "
        "verify; use `model_signing verify`");
}

/// Older bundles contain the key itself. Its text must be that of the accepted key, so that no
/// other spelling needs to be understood.
bool is_material_of(const KeyMaterial& material, const PublicKey& key) {
    if (!material.hint.empty() && material.hint != key.hint()) return false;
    return material.pem.empty() || material.pem == key.pem();
}

const PublicKey& find_key(const KeyMaterial& material, const AcceptedKeys& accepted) {
    const auto found = std::ranges::find_if(
        accepted.keys, [&](const PublicKey& key) { return is_material_of(material, key); });
    if (found == accepted.keys.end()) {
        const std::string hint =
            material.hint.empty() ? to_hex(sha256_of(material.pem)) : material.hint;
        throw Refused(RefusalKind::key, fmt::format("is signed with another key, {}", shown(hint)));
    }
    if (!material.pem.empty() && material.key_details != key_details_of(found->curve())) {
        throw Refused(RefusalKind::key,
                      fmt::format("names the algorithm \"{}\", but its key is for {}",
                                  shown(material.key_details), key_details_of(found->curve())));
    }
    return *found;
}

PublicKey find_signer(const SigstoreBundle& bundle, const AcceptedSigners& signers) {
    if (std::holds_alternative<KeylessMaterial>(bundle.material)) fail_keyless();
    if (const auto* key = std::get_if<KeyMaterial>(&bundle.material)) {
        if (const auto* accepted = std::get_if<AcceptedKeys>(&signers)) {
            return find_key(*key, *accepted);
        }
        throw Refused(RefusalKind::key,
                      "is signed with a key, not with a certificate; verify it with --key");
    }
    const auto& certificates = std::get<CertificateMaterial>(bundle.material);
    if (const auto* accepted = std::get_if<AcceptedRoots>(&signers)) {
        return verify_chain(certificates.chain, accepted->roots, accepted->time);
    }
    throw Refused(RefusalKind::key,
                  "is signed with a certificate, not with a key; verify it with "
                  "--certificate-chain");
}

VerifiedSignature verify(std::string_view text, const AcceptedSigners& signers) {
    const SigstoreBundle bundle = parse_bundle(text);
    PublicKey key = find_signer(bundle, signers);
    const DsseEnvelope& envelope = bundle.envelope;
    // Signed too, but this message is better than that of a wrong signature.
    if (envelope.payload_type != in_toto_payload_type) {
        throw Refused(RefusalKind::unsupported,
                      fmt::format("its payloadType is \"{}\" instead of {}",
                                  shown(envelope.payload_type), in_toto_payload_type));
    }
    if (!key.has_signed(pre_authentication_encoding(envelope.payload_type, envelope.payload),
                        envelope.signatures.front().signature)) {
        if (is_old_statement(envelope.payload)) {
            throw Refused(RefusalKind::unsupported, old_statement_reason);
        }
        throw Refused(RefusalKind::signature, "its signature does not match what it signs");
    }
    return {parse_model_statement(envelope.payload), std::move(key)};
}

}  // namespace

std::variant<VerifiedSignature, Refusal> verify_model_signature(std::string_view bundle,
                                                                const AcceptedSigners& signers) {
    try {
        return verify(bundle, signers);
    } catch (const Refused& error) {
        return error.refusal();
    }
}

std::variant<ModelStatement, Refusal> read_unverified_statement(std::string_view bundle) {
    try {
        const SigstoreBundle parsed = parse_bundle(bundle);
        if (parsed.envelope.payload_type != in_toto_payload_type) {
            throw Refused(RefusalKind::unsupported,
                          fmt::format("its payloadType is \"{}\" instead of {}",
                                      shown(parsed.envelope.payload_type), in_toto_payload_type));
        }
        return parse_model_statement(parsed.envelope.payload);
    } catch (const Refused& error) {
        return error.refusal();
    }
}

ModelSigner make_model_signer(PrivateKey key, std::vector<std::string> chain) {
    if (chain.size() > chain_length_limit) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("has more than {} certificates", chain_length_limit));
    }
    if (!chain.empty() && key_of_certificate(chain.front()) != key.public_key()) {
        throw Refused(RefusalKind::key,
                      "its first certificate has another key than the private key; put the "
                      "signer's certificate first");
    }
    require_issuers(chain);
    return {std::move(key), std::move(chain)};
}

std::string sign_model(const ModelStatement& statement, const ModelSigner& signer) {
    SigstoreBundle bundle;
    if (signer.chain.empty()) {
        bundle.material = KeyMaterial{signer.key.public_key().hint(), "", ""};
    } else {
        bundle.material = CertificateMaterial{signer.chain};
    }
    DsseEnvelope& envelope = bundle.envelope;
    envelope.payload_type = in_toto_payload_type;
    envelope.payload = model_statement_text(statement);
    envelope.signatures.push_back({"", signer.key.sign(pre_authentication_encoding(
                                           envelope.payload_type, envelope.payload))});
    return bundle_text(bundle);
}

}  // namespace onnxhub
