// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_root.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escaping.h"
#include "trust/base64.h"
#include "trust/hub_payload.h"
#include "trust/key_threshold.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

static_assert(root_size_limit <= hub_envelope_limit, "signatures can be added to it");

constexpr std::string_view root_predicate_type = "https://github.com/onnxhub/onnxhub/hub-root/v1";
constexpr const char* the_root = "the root";
/// The DER of P-521 has 158 bytes.
constexpr std::size_t key_der_limit = 256;  // bytes

PublicKey read_role_key(const JsonValue& value) {
    if (!value.string()) throw UnexpectedJson("keys has an item that is not a string");
    if (value.string()->size() > key_der_limit * 4 / 3 + 4) {
        throw UnexpectedJson("keys has an item that is too large for a key");
    }
    const auto der = decode_base64(*value.string());
    if (!der) throw UnexpectedJson("keys has an item that is not base64");
    try {
        return PublicKey::from_der(*der);
    } catch (const Refused& error) {
        throw UnexpectedJson("keys has an item that " + std::string(error.what()));
    }
}

KeyRole read_role(const JsonValue& predicate, const char* name) {
    const JsonValue& value = json_member(predicate, name);
    require_members_among(value, {"threshold", "keys"},
                          std::string("\"") + name + "\" of the root");
    KeyRole role;
    for (const JsonValue& key : array_member(value, "keys", role_key_limit)) {
        role.keys.push_back(read_role_key(key));
    }
    role.threshold = positive_member(value, "threshold", role_key_limit);
    if (role.threshold > role.keys.size()) {
        throw UnexpectedJson(fmt::format("{} has {} keys, fewer than its threshold of {}", name,
                                         role.keys.size(), role.threshold));
    }
    if (has_key_twice(role)) {
        throw UnexpectedJson(fmt::format("{} lists a key twice", name));
    }
    return role;
}

JsonValue role_json(const KeyRole& role) {
    JsonArray keys;
    for (const PublicKey& key : role.keys) keys.push_back(json_string(encode_base64(key.der())));
    return json_object(
        {{"threshold", json_unsigned(role.threshold)}, {"keys", json_array(std::move(keys))}});
}

std::vector<PayloadSubject> root_subjects(const HubRoot& root) {
    std::vector<PayloadSubject> subjects;
    for (const PublicKey& key : root.releases.keys) {
        subjects.push_back(
            {fmt::format("release-key-{}", subjects.size() + 1), sha256_of(key.der())});
    }
    return subjects;
}

/// The subjects repeat the release keys for programs that only know in-toto.
void require_subjects(const std::vector<PayloadSubject>& subjects, const HubRoot& root) {
    const bool is_same = std::ranges::equal(
        subjects, root_subjects(root),
        [](const auto& a, const auto& b) { return a.name == b.name && a.digest == b.digest; });
    if (!is_same) throw UnexpectedJson("subject does not list the release keys");
}

HubRoot read_root_payload(std::string_view text) {
    const HubPayload payload =
        parse_hub_payload(text, root_predicate_type, role_key_limit, the_root);
    const JsonValue& predicate = payload.predicate;
    require_members_among(predicate, {"hub", "number", "root", "release", "issued", "expires"},
                          the_root);
    return reading_strictly(the_root, [&] {
        HubRoot root;
        root.hub = hub_name_member(predicate);
        root.number = positive_member(predicate, "number", root_number_limit);
        root.roots = read_role(predicate, "root");
        root.releases = read_role(predicate, "release");
        root.issued = time_member(predicate, "issued");
        if (predicate.find("expires")) root.expires = time_member(predicate, "expires");
        if (root.expires && *root.expires <= root.issued) {
            throw UnexpectedJson("expires is not after issued");
        }
        require_subjects(payload.subjects, root);
        return root;
    });
}

struct OpenedRoot {
    DsseEnvelope envelope;
    HubRoot root;
};

OpenedRoot read_root_envelope(std::string_view text) {
    OpenedRoot opened;
    opened.envelope = parse_hub_envelope(text, root_size_limit, the_root);
    opened.root = read_root_payload(opened.envelope.payload);
    return opened;
}

void require_root_keys(const OpenedRoot& opened, const HubRoot& by) {
    const std::size_t signers = count_signers(opened.envelope, by.roots);
    if (signers >= by.roots.threshold) return;
    throw Refused(
        RefusalKind::key,
        fmt::format("root {} has signatures by {} of the {} root keys of root {} that it needs",
                    opened.root.number, signers, by.roots.threshold, by.number));
}

OpenedRoot open_root_envelope(std::string_view text) {
    OpenedRoot opened = read_root_envelope(text);
    require_root_keys(opened, opened.root);
    return opened;
}

}  // namespace

std::string root_path(std::uint64_t number) {
    return fmt::format("{}/root-{}.json", root_folder, number);
}

HubRoot open_root(std::string_view text) {
    return open_root_envelope(text).root;
}

HubRoot open_next_root(std::string_view text, const HubRoot& previous) {
    const OpenedRoot opened = open_root_envelope(text);
    const HubRoot& root = opened.root;
    if (root.number != previous.number + 1) {
        throw Refused(RefusalKind::statement,
                      fmt::format("it is root {}, but root {} comes after root {}", root.number,
                                  previous.number + 1, previous.number));
    }
    if (root.hub != previous.hub) {
        throw Refused(
            RefusalKind::statement,
            fmt::format("root {} belongs to the hub \"{}\", but root {} to \"{}\"", root.number,
                        shown(root.hub), previous.number, shown(previous.hub)));
    }
    require_root_keys(opened, previous);
    return root;
}

HubRoot read_unverified_root(std::string_view text) {
    return read_root_envelope(text).root;
}

std::string sign_root(const HubRoot& root, const std::vector<PrivateKey>& keys) {
    JsonObject predicate = {{"hub", json_string(root.hub)},
                            {"number", json_unsigned(root.number)},
                            {"root", role_json(root.roots)},
                            {"release", role_json(root.releases)},
                            {"issued", json_time(root.issued)}};
    if (root.expires) predicate.push_back({"expires", json_time(*root.expires)});
    std::string text = sign_hub_payload(hub_payload_text(root_subjects(root), root_predicate_type,
                                                         json_object(std::move(predicate))),
                                        keys);
    read_unverified_root(text);  // what can't be read again is not written
    return text;
}

}  // namespace onnxhub
