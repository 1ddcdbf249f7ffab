// SPDX-License-Identifier: Apache-2.0
// Keys, roots and statements of signed hubs for tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trust/hub_root.h"
#include "trust/hub_statement.h"
#include "trust/hub_trust.h"
#include "trust/private_key.h"

namespace onnxhub::test {

/// The key number `number` of a pool that is made once for each process: 0, 1, 2, …
const PrivateKey& pool_key(std::size_t number);

/// The keys with these numbers.
std::vector<PrivateKey> pool_keys(const std::vector<std::size_t>& numbers);
KeyRole role_of(const std::vector<std::size_t>& numbers, std::size_t threshold = 1);

inline constexpr std::int64_t signed_hub_time = 1'800'000'000;  ///< seconds since 1970
inline constexpr std::int64_t seconds_of_a_day = 86'400;

/// Root 1 of "acme/models": root key 0, release key 1.
HubRoot sample_root();
/// Version 1 of the manifest "manifest", signed now for 90 days.
HubStatement sample_statement_of_hub();

/// Root 1 and a statement about `manifest`, by path from the hub's top.
std::map<std::string, std::string> signing_files_for(std::string_view manifest);

/// The payload of an envelope, and an envelope with another one and the old signatures.
std::string payload_of(std::string_view envelope);
std::string with_payload(std::string_view envelope, const std::string& payload);
/// An envelope around any payload with correct signatures.
std::string signed_payload(const std::string& payload, const std::vector<std::size_t>& keys);

/// The roots of a host by number; counts the requests.
struct HostedRoots {
    std::map<std::uint64_t, std::string> texts = {};
    mutable std::size_t requests = 0;

    RootSource source() const;
};

}  // namespace onnxhub::test
