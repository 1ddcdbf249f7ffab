// SPDX-License-Identifier: Apache-2.0
// Signatures, keys and certificates of others.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "manifest/hub_path.h"
#include "tests/fuzz/targets.h"
#include "trust/base64.h"
#include "trust/hub_trust.h"
#include "trust/key_threshold.h"
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

constexpr std::int64_t fuzz_time = 1'800'000'000;

/// What parses must mean the same after it was written again.
void check_hub_root(const DsseEnvelope& envelope, const PrivateKey& key) {
    try {
        const HubRoot root = read_unverified_root(hub_envelope_text(envelope));
        require(!hub_name_problem(root.hub), "a hub has a valid name");
        require(root.roots.threshold >= 1 && root.roots.threshold <= root.roots.keys.size(),
                "a threshold can be reached");
        const HubRoot again = read_unverified_root(sign_root(root, {key}));
        require(again.number == root.number && is_same_role(again.roots, root.roots) &&
                    is_same_role(again.releases, root.releases) && again.expires == root.expires,
                "a root is kept");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
}

void check_hub_statement(const DsseEnvelope& envelope, const PrivateKey& key) {
    try {
        const HubStatement statement = read_unverified_statement_of_hub(envelope);
        require(statement.version >= 1 && statement.version < statement_version_limit,
                "versions have bounds");
        const HubStatement again =
            read_unverified_statement_of_hub(sign_statement(statement, {key}));
        require(again.version == statement.version && again.manifest == statement.manifest &&
                    again.index == statement.index && again.branch == statement.branch &&
                    again.expires == statement.expires,
                "a statement is kept");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
    }
}

/// A client that trusts other keys accepts nothing, and nothing changes what it knows.
void check_pinned_client(std::string_view input, const PrivateKey& key) {
    static const std::string pinned = sign_root(
        {"acme/models", 1, {{key.public_key()}, 1}, {{key.public_key()}, 1}, fuzz_time, {}}, {key});
    for (const bool is_commit : {false, true}) {
        StatementCheck check;
        check.is_commit = is_commit;
        check.now = fuzz_time;
        const HubCheck result = check_statement(
            {pinned, {}}, input, check,
            [&](std::uint64_t) -> std::optional<std::string> { return std::string(input); });
        require(std::holds_alternative<HubRefusal>(result.result), "unknown keys are refused");
        require(result.trust.root == pinned && !result.trust.seen, "what is known is kept");
    }
}

std::string replaced(std::string text, std::string_view what, const std::string& by) {
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

/// The input as a payload that the owner of the pinned hub signed. "@KEY@" and "@ID@" in it are the
/// owner's key. What a client accepts is within the bounds that it knows.
void check_signed_by_owner(std::string_view input, const PrivateKey& key) {
    const KeyRole role{{key.public_key()}, 1};
    static const std::string pinned =
        sign_root({"acme/models", 1, role, role, fuzz_time, {}}, {key});
    const std::string payload = replaced(replaced(std::string(input.substr(0, root_size_limit / 4)),
                                                  "@KEY@", encode_base64(key.public_key().der())),
                                         "@ID@", key.public_key().id());
    const std::string text = sign_hub_payload(payload, {key});
    StatementCheck check;
    check.now = fuzz_time;
    std::string statement = text;
    try {
        check.manifest = read_unverified_statement_of_hub(text).manifest;
    } catch (const Refused&) {
        HubStatement next{"acme/models", 2, 1};
        next.issued = fuzz_time;
        next.expires = fuzz_time + clock_skew;
        statement = sign_statement(next, {key});  // the input may be root 2
    }
    const HubTrust known{pinned, SeenStatement{5, {}, {}, "main"}};
    const HubCheck result = check_statement(known, statement, check,
                                            [&](std::uint64_t) { return std::optional(text); });
    const HubRoot root = open_root(result.trust.root);
    require(root.hub == "acme/models" && root.number <= 2, "a root follows from the pinned one");
    const auto* accepted = std::get_if<HubStatement>(&result.result);
    const bool keeps_versions = is_same_role(root.releases, role);
    if (!accepted) {
        require(result.trust.seen.has_value() == keeps_versions, "a refusal teaches no version");
        return;
    }
    require(accepted->hub == root.hub && accepted->root_number == root.number, "it is of this hub");
    require(accepted->manifest == check.manifest, "it is about the manifest");
    require(accepted->expires + clock_skew >= fuzz_time, "it has not expired");
    require(result.trust.seen && result.trust.seen->version == accepted->version, "it is seen");
    require(!keeps_versions || accepted->version >= 5, "versions never go back");
}

}  // namespace

/// The input is an envelope of a root or a statement, or the payload of one.
void fuzz_hub_trust(std::string_view input) {
    static const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    check_pinned_client(input, key);
    check_signed_by_owner(input, key);
    DsseEnvelope envelope{std::string(in_toto_payload_type), std::string(input), {}};
    try {
        envelope = parse_hub_envelope(input, root_size_limit, "the input");
        require(!envelope.signatures.empty(), "an envelope has signatures");
        const std::string more = add_signature(input, key, "the input");
        require(parse_hub_envelope(more, root_size_limit * 2, "it").payload == envelope.payload,
                "another signature keeps the payload");
    } catch (const Refused& error) {
        require(!std::string_view(error.what()).empty(), "a refusal has a reason");
        envelope.signatures = {{key.public_key().id(), "x"}};
    }
    check_hub_root(envelope, key);
    check_hub_statement(envelope, key);
}

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
