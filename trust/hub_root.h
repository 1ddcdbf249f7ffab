// SPDX-License-Identifier: Apache-2.0
// Roots of a signed hub: which keys may sign its statements, and which keys may change that.
// Format and threats: docs/trust.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trust/hub_name.h"
#include "trust/key_role.h"
#include "trust/private_key.h"

namespace onnxhub {

inline constexpr std::size_t root_size_limit = 256 * 1024;  // bytes of an envelope
/// A hub with more key changes has a problem that onnxhub can't solve.
inline constexpr std::uint64_t root_number_limit = 10'000;

struct HubRoot {
    std::string hub;                           ///< the hub's name for its users: "acme/models"
    std::uint64_t number = 1;                  ///< 1, 2, 3, … without gaps
    KeyRole roots;                             ///< sign the next root
    KeyRole releases;                          ///< sign hub statements
    std::int64_t issued = 0;                   ///< seconds since 1970
    std::optional<std::int64_t> expires = {};  ///< seconds since 1970
};

/// The folder of a hub that has its roots.
inline constexpr std::string_view root_folder = "ONNX_HUB_TRUST";

/// The place of a root in a hub: "ONNX_HUB_TRUST/root-3.json".
std::string root_path(std::uint64_t number);

/// Reads an envelope and checks that the threshold of its own root keys signed it. That alone says
/// nothing about who made it. Throws Refused.
HubRoot open_root(std::string_view text);

/// The same for the root after `previous`: it has the next number and the same hub's name, and the
/// threshold of the root keys of `previous` signed it too. Throws Refused.
HubRoot open_next_root(std::string_view text, const HubRoot& previous);

/// Reads an envelope without any check of who signed it: for adding signatures. Throws Refused.
HubRoot read_unverified_root(std::string_view text);

/// The text of an envelope for the root, signed by each of at least one key once. Signatures are
/// added later by add_signature() in trust/key_threshold.h. Throws Refused for a root that could
/// not be read again: roles without keys, an invalid name.
std::string sign_root(const HubRoot& root, const std::vector<PrivateKey>& keys);

}  // namespace onnxhub
