// SPDX-License-Identifier: Apache-2.0
#include "tests/support/signed_hub.h"

#include <deque>

#include "trust/dsse_envelope.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {

const PrivateKey& pool_key(std::size_t number) {
    static std::deque<PrivateKey> keys;
    while (keys.size() <= number) keys.push_back(PrivateKey::create(EcdsaCurve::p256));
    return keys[number];
}

std::vector<PrivateKey> pool_keys(const std::vector<std::size_t>& numbers) {
    std::vector<PrivateKey> keys;
    for (const std::size_t number : numbers) keys.push_back(pool_key(number));
    return keys;
}

KeyRole role_of(const std::vector<std::size_t>& numbers, std::size_t threshold) {
    KeyRole role;
    for (const std::size_t number : numbers) role.keys.push_back(pool_key(number).public_key());
    role.threshold = threshold;
    return role;
}

HubRoot sample_root() {
    return {"acme/models", 1, role_of({0}), role_of({1}), signed_hub_time, {}};
}

HubStatement sample_statement_of_hub() {
    HubStatement statement;
    statement.hub = "acme/models";
    statement.manifest = sha256_of("manifest");
    statement.issued = signed_hub_time;
    statement.expires = signed_hub_time + 90 * seconds_of_a_day;
    return statement;
}

std::map<std::string, std::string> signing_files_for(std::string_view manifest) {
    HubStatement statement = sample_statement_of_hub();
    statement.manifest = sha256_of(manifest);
    return {{root_path(1), sign_root(sample_root(), pool_keys({0}))},
            {std::string(hub_statement_name), sign_statement(statement, pool_keys({1}))}};
}

std::string payload_of(std::string_view envelope) {
    return parse_hub_envelope(envelope, root_size_limit, "the text").payload;
}

std::string with_payload(std::string_view envelope, const std::string& payload) {
    DsseEnvelope changed = parse_hub_envelope(envelope, root_size_limit, "the text");
    changed.payload = payload;
    return hub_envelope_text(changed);
}

std::string signed_payload(const std::string& payload, const std::vector<std::size_t>& keys) {
    return sign_hub_payload(payload, pool_keys(keys));
}

RootSource HostedRoots::source() const {
    return [this](std::uint64_t number) -> std::optional<std::string> {
        ++requests;
        const auto found = texts.find(number);
        return found == texts.end() ? std::nullopt : std::optional(found->second);
    };
}

}  // namespace onnxhub::test
