// SPDX-License-Identifier: Apache-2.0
// What the payloads of signed hubs have in common: in-toto Statements v1 with a type of this
// project, whose members are all known. https://github.com/in-toto/attestation
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "manifest/json.h"

namespace onnxhub {

struct PayloadSubject {
    std::string name;
    Sha256 digest = {};
};

struct HubPayload {
    std::vector<PayloadSubject> subjects;
    JsonValue predicate;  ///< an object
};

/// Reads a payload with one to `most_subjects` subjects, each with a SHA-256 and nothing else.
/// `what` names it in messages. Throws Refused.
HubPayload parse_hub_payload(std::string_view text, std::string_view predicate_type,
                             std::size_t most_subjects, const std::string& what);

std::string hub_payload_text(const std::vector<PayloadSubject>& subjects,
                             std::string_view predicate_type, JsonValue predicate);

/// The members of predicates. They throw UnexpectedJson.
std::string hub_name_member(const JsonValue& predicate);
/// A whole number from 1 to `most`.
std::uint64_t positive_member(const JsonValue& object, const char* key, std::uint64_t most);
/// Seconds since 1970, written as RFC 3339 in UTC to the second.
std::int64_t time_member(const JsonValue& object, const char* key);
JsonValue json_time(std::int64_t seconds);

}  // namespace onnxhub
