// SPDX-License-Identifier: Apache-2.0
// Signatures, keys and certificates of others.
#include <string>
#include <variant>
#include <vector>

#include "manifest/hub_path.h"
#include "tests/fuzz/targets.h"
#include "trust/base64.h"
#include "trust/model_signature.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub::test {
namespace {

/// What parses must mean the same after it was written again.
void check_bundle(std::string_view input) {
    try {
        const SigstoreBundle bundle = parse_bundle(input);
        require(bundle.envelope.signatures.size() == 1, "a bundle has one signature");
        if (const auto* key = std::get_if<KeyMaterial>(&bundle.material)) {
            require(!key->hint.empty() || !key->pem.empty(), "a key is identified");
            if (!key->pem.empty()) return;  // written with a hint instead
        }
        if (std::holds_alternative<KeylessMaterial>(bundle.material)) return;
        const SigstoreBundle again = parse_bundle(bundle_text(bundle));
        require(again.envelope.payload == bundle.envelope.payload, "the payload is kept");
        require(again.envelope.payload_type == bundle.envelope.payload_type, "its type is kept");
        require(again.envelope.signatures[0].signature == bundle.envelope.signatures[0].signature,
                "the signature is kept");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
}

void check_statement(std::string_view input) {
    try {
        const ModelStatement statement = parse_model_statement(input);
        require(!statement.resources.empty(), "a statement lists files");
        for (const SignedResource& resource : statement.resources) {
            require(std::holds_alternative<std::string>(check_hub_path(resource.path)),
                    "signed paths stay in the folder");
            require(statement.shard_size.has_value() == (resource.end > 0),
                    "only parts of files have a range");
        }
        if (statement.shard_size) return;
        const ModelStatement again = parse_model_statement(model_statement_text(statement));
        require(again.resources.size() == statement.resources.size(), "no file is lost");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
}

void check_keys(std::string_view input) {
    try {
        const PublicKey key = PublicKey::from_pem(input);
        require(PublicKey::from_pem(key.pem()) == key, "a key is read again");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
    try {
        const std::vector<std::string> certificates = certificates_of_pem(input);
        require(!certificates.empty(), "a file with certificates has some");
        verify_chain(certificates, certificates, {});
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
}

}  // namespace

/// The input is a bundle, a statement, a key, certificates, and base64.
void fuzz_signature(std::string_view input) {
    check_bundle(input);
    check_statement(input);
    check_keys(input);
    if (const auto bytes = decode_base64(input)) {
        require(encode_base64(*bytes) == input, "base64 has one spelling");
    }
    static const PublicKey unknown_key = PrivateKey::create(EcdsaCurve::p256).public_key();
    for (const AcceptedSigners& signers :
         {AcceptedSigners(AcceptedKeys{{unknown_key}}), AcceptedSigners(AcceptedRoots())}) {
        const auto result = verify_model_signature(input, signers);
        require(std::holds_alternative<Refusal>(result), "unknown signers are refused");
    }
}

}  // namespace onnxhub::test
