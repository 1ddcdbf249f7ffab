// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bundle_changes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <utility>

#include "trust/base64.h"

namespace onnxhub::test {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;

const Pointer payload_place("/dsseEnvelope/payload");
const Pointer signature_place("/dsseEnvelope/signatures/0/sig");

std::string decoded(const Json& text) {
    const auto bytes = decode_base64(text.get<std::string>());
    if (!bytes) throw std::runtime_error("the bundle has no base64 here");
    return *bytes;
}

class ChangeMaker {
public:
    explicit ChangeMaker(const std::string& bundle) : bundle_(Json::parse(bundle)) {}

    std::vector<BundleChange> make() {
        change_bytes(payload_place, RefusalKind::signature, 1);
        change_bytes(signature_place, RefusalKind::signature, 1);
        change_characters(Pointer("/mediaType"), RefusalKind::unsupported);
        change_characters(Pointer("/dsseEnvelope/payloadType"), RefusalKind::unsupported);
        change_material();
        change_payload_texts();
        change_structure(Pointer());
        change_counts();
        repeat_keys();
        cut_off();
        return std::move(changes_);
    }

private:
    void add(std::string what, const Json& changed, RefusalKind expected) {
        changes_.push_back({std::move(what), changed.dump(), expected});
    }

    /// One bit of every `step`th byte of what the base64 text at `place` means.
    void change_bytes(const Pointer& place, RefusalKind expected, std::size_t step) {
        const std::string bytes = decoded(bundle_.at(place));
        for (std::size_t i = 0; i < bytes.size(); i += step) {
            std::string other = bytes;
            other[i] = static_cast<char>(other[i] ^ (1 << (i % 8)));
            Json changed = bundle_;
            changed.at(place) = encode_base64(other);
            add("byte " + std::to_string(i) + " of " + place.to_string(), changed, expected);
        }
    }

    void change_characters(const Pointer& place, RefusalKind expected) {
        const auto text = bundle_.at(place).get<std::string>();
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string other = text;
            other[i] = other[i] == 'x' ? 'y' : 'x';
            Json changed = bundle_;
            changed.at(place) = other;
            add("character " + std::to_string(i) + " of " + place.to_string(), changed, expected);
        }
    }

    void change_material() {
        const Json& material = bundle_.at("verificationMaterial");
        if (material.contains("publicKey")) {
            const std::string key = "/verificationMaterial/publicKey/";
            const Json& present = material.at("publicKey");
            if (present.contains("hint"))
                change_characters(Pointer(key + "hint"), RefusalKind::key);
            if (present.contains("rawBytes")) {
                change_bytes(Pointer(key + "rawBytes"), RefusalKind::key, 1);
                change_characters(Pointer(key + "keyDetails"), RefusalKind::key);
            }
            return;
        }
        const std::string list = "/verificationMaterial/x509CertificateChain/certificates";
        const std::size_t count = bundle_.at(Pointer(list)).size();
        for (std::size_t i = 0; i < count; ++i) {
            change_bytes(Pointer(list + "/" + std::to_string(i) + "/rawBytes"),
                         RefusalKind::certificate, 1);
        }
        Json reversed = bundle_;
        Json& certificates = reversed.at(Pointer(list));
        std::reverse(certificates.begin(), certificates.end());
        if (count > 1) add("certificates in reverse order", reversed, RefusalKind::certificate);
        for (std::size_t i = 0; i < count; ++i) {
            Json changed = bundle_;
            changed.at(Pointer(list)).erase(i);
            if (count > 1) {
                add("without certificate " + std::to_string(i), changed, RefusalKind::certificate);
            }
            changed = bundle_;
            changed.at(Pointer(list)).push_back(bundle_.at(Pointer(list)).at(i));
            add("with certificate " + std::to_string(i) + " twice", changed,
                RefusalKind::certificate);
        }
    }

    /// The same statement in other words: names of hash functions and methods, order, digests.
    void change_payload_texts() {
        const Json payload = Json::parse(decoded(bundle_.at(payload_place)));
        const auto add_payload = [&](const std::string& what, const Json& changed) {
            Json whole = bundle_;
            whole.at(payload_place) = encode_base64(changed.dump(2));
            add(what, whole, RefusalKind::signature);
        };
        const Json flat = payload.flatten();
        for (const auto& [place, value] : flat.items()) {
            for (const char* text : {"sha512", "blake3", "shards", "", "../signme-1"}) {
                Json changed = payload;
                changed.at(Pointer(place)) = text;
                add_payload(place + " is \"" + text + "\"", changed);
            }
        }
        Json changed = payload;
        Json& resources = changed.at(Pointer("/predicate/resources"));
        std::reverse(resources.begin(), resources.end());
        add_payload("resources in reverse order", changed);
        changed = payload;
        changed.at(Pointer("/predicate/resources")).erase(0);
        add_payload("without the first resource", changed);
    }

    static bool is_optional(const std::string& key) {
        return key == "keyid" || key == "tlogEntries" || key == "timestampVerificationData";
    }

    void change_structure(const Pointer& place) {
        const Json& value = bundle_.at(place);
        if (!value.is_structured()) return;
        if (value.is_object()) {
            Json changed = bundle_;
            changed.at(place)["more"] = "";
            add("unknown member in " + place.to_string(), changed, RefusalKind::malformed);
        }
        for (const auto& [key, member] : value.items()) {
            const Pointer below = place / (value.is_array() ? Pointer("/" + key) : Pointer() / key);
            if (value.is_object()) {
                if (!is_optional(key)) {
                    Json changed = bundle_;
                    changed.at(place).erase(key);
                    add("without " + below.to_string(), changed, RefusalKind::malformed);
                }
            }
            change_type(below, key);
            change_structure(below);
        }
    }

    void change_type(const Pointer& place, const std::string& key) {
        const Json& value = bundle_.at(place);
        for (const Json& other : {Json(nullptr), Json(7), Json(true), Json("*"), Json::array(),
                                  Json::object(), Json::array({Json::array()})}) {
            if (other.type() == value.type() && !other.is_array()) continue;
            if (value.is_array() && other == Json::array() && key == "tlogEntries") continue;
            if (value.is_array() && key == "tlogEntries" && other.is_array()) continue;
            if (key == "keyid" && (other.is_null() || other.is_string())) continue;
            Json changed = bundle_;
            changed.at(place) = other;
            add(place.to_string() + " is " + other.dump(), changed, RefusalKind::malformed);
        }
    }

    void change_counts() {
        const Pointer list("/dsseEnvelope/signatures");
        Json changed = bundle_;
        changed.at(list).push_back(changed.at(list).at(0));
        add("two signatures", changed, RefusalKind::malformed);
        changed = bundle_;
        Json& material = changed.at("verificationMaterial");
        material["publicKey"] = {{"hint", std::string(64, '0')}};
        material["x509CertificateChain"] = {{"certificates", {{{"rawBytes", "MAA="}}}}};
        add("two kinds of material", changed, RefusalKind::malformed);
        changed = bundle_;
        changed["messageSignature"] = Json::object();
        add("messageSignature", changed, RefusalKind::unsupported);
    }

    void repeat_keys() {
        const std::string text = bundle_.dump();
        const std::regex key("\"([A-Za-z0-9]+)\":");
        for (std::sregex_iterator at(text.begin(), text.end(), key), end; at != end; ++at) {
            std::string changed = text;
            changed.insert(static_cast<std::size_t>(at->position()),
                           "\"" + (*at)[1].str() + "\":null,");
            changes_.push_back({"repeated " + (*at)[1].str(), changed, RefusalKind::malformed});
        }
    }

    void cut_off() {
        const std::string text = bundle_.dump();
        for (std::size_t i = 0; i < text.size(); i += 1 + text.size() / 100) {
            changes_.push_back(
                {"cut off after " + std::to_string(i), text.substr(0, i), RefusalKind::malformed});
        }
    }

    const Json bundle_;
    std::vector<BundleChange> changes_;
};

}  // namespace

std::vector<BundleChange> changes_of_bundle(const std::string& bundle) {
    return ChangeMaker(bundle).make();
}

std::string with_payload(const std::string& bundle, const std::string& payload) {
    Json changed = Json::parse(bundle);
    changed.at(payload_place) = encode_base64(payload);
    return changed.dump();
}

std::string payload_of(const std::string& bundle) {
    return decoded(Json::parse(bundle).at(payload_place));
}

std::string signature_of(const std::string& bundle) {
    return decoded(Json::parse(bundle).at(signature_place));
}

}  // namespace onnxhub::test
