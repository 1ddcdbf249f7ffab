// SPDX-License-Identifier: Apache-2.0
// Keys of which a number must sign.
#pragma once

#include <cstddef>
#include <vector>

#include "trust/public_key.h"

namespace onnxhub {

inline constexpr std::size_t role_key_limit = 64;  // keys of a role

/// Keys of which `threshold` must sign.
struct KeyRole {
    std::vector<PublicKey> keys;  ///< distinct, at least `threshold`, at most role_key_limit
    std::size_t threshold = 1;
};

/// Whether both have the same keys, in any order, and the same threshold.
bool is_same_role(const KeyRole& one, const KeyRole& other);

/// Whether a key is in the role more than once.
bool has_key_twice(const KeyRole& role);

}  // namespace onnxhub
