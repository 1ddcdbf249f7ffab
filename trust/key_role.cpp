// SPDX-License-Identifier: Apache-2.0
#include "trust/key_role.h"

#include <algorithm>
#include <string>

namespace onnxhub {
namespace {

std::vector<std::string> sorted_ids(const KeyRole& role) {
    std::vector<std::string> ids;
    for (const PublicKey& key : role.keys) ids.push_back(key.id());
    std::ranges::sort(ids);
    return ids;
}

}  // namespace

bool is_same_role(const KeyRole& one, const KeyRole& other) {
    return one.threshold == other.threshold && sorted_ids(one) == sorted_ids(other);
}

bool has_key_twice(const KeyRole& role) {
    const std::vector<std::string> ids = sorted_ids(role);
    return std::ranges::adjacent_find(ids) != ids.end();
}

}  // namespace onnxhub
