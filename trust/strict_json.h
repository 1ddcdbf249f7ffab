// SPDX-License-Identifier: Apache-2.0
// JSON of others that is signed or carries signatures: two programs must not read it differently.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "manifest/json.h"
#include "manifest/json_members.h"
#include "trust/refusal.h"

namespace onnxhub {

/// Parses one JSON object. Throws Refused for invalid JSON, a repeated key at any depth, a byte
/// order mark, and any other kind of value. `what` names the text in messages: "the payload".
JsonValue parse_strict_json(std::string_view text, const std::string& what);

/// Throws Refused unless `value` is an object that has no other members than `names`.
void require_members_among(const JsonValue& value, std::initializer_list<std::string_view> names,
                           const std::string& what);

/// The decoded bytes of a member in base64. Throws UnexpectedJson when it is missing or is not a
/// string, and Refused for invalid base64 and more than `limit_bytes` bytes.
std::string base64_member(const JsonValue& object, const char* key, std::size_t limit_bytes);

/// Calls `work` and turns its UnexpectedJson into Refused.
template <class Work>
auto reading_strictly(const std::string& what, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (const UnexpectedJson& error) {
        throw Refused(RefusalKind::malformed, what + ": " + error.what());
    }
}

}  // namespace onnxhub
