// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_payload.h"

#include <fmt/format.h>

#include <utility>

#include "base/escaping.h"
#include "base/utc_time.h"
#include "trust/hub_name.h"
#include "trust/strict_json.h"

namespace onnxhub {
namespace {

constexpr std::string_view payload_statement_type = "https://in-toto.io/Statement/v1";

void require_payload_text(const JsonValue& object, const char* key, std::string_view wanted,
                          const std::string& what) {
    const std::string text = text_member(object, key);
    if (text == wanted) return;
    throw Refused(RefusalKind::unsupported, fmt::format("{} has the {} \"{}\" instead of \"{}\"",
                                                        what, key, shown(text), wanted));
}

PayloadSubject read_subject(const JsonValue& value) {
    require_members_among(value, {"name", "digest"}, "a subject");
    const JsonValue& digests = json_member(value, "digest");
    require_members_among(digests, {"sha256"}, "the digest of a subject");
    const auto digest = parse_sha256(text_member(digests, "sha256"));
    if (!digest) throw UnexpectedJson("sha256 of a subject is not a SHA-256");
    return {text_member(value, "name"), *digest};
}

}  // namespace

HubPayload parse_hub_payload(std::string_view text, std::string_view predicate_type,
                             std::size_t most_subjects, const std::string& what) {
    JsonValue root = parse_strict_json(text, what);
    return reading_strictly(what, [&] {
        require_payload_text(root, "_type", payload_statement_type, what);
        require_payload_text(root, "predicateType", predicate_type, what);
        require_members_among(root, {"_type", "subject", "predicateType", "predicate"}, what);
        HubPayload payload;
        for (const JsonValue& subject : array_member(root, "subject", most_subjects)) {
            payload.subjects.push_back(read_subject(subject));
        }
        if (payload.subjects.empty()) throw UnexpectedJson("subject is empty");
        JsonValue* predicate = root.find("predicate");
        if (!predicate) throw UnexpectedJson("predicate is missing");
        payload.predicate = std::move(*predicate);
        return payload;
    });
}

std::string hub_payload_text(const std::vector<PayloadSubject>& subjects,
                             std::string_view predicate_type, JsonValue predicate) {
    JsonArray list;
    for (const PayloadSubject& subject : subjects) {
        list.push_back(json_object(
            {{"name", json_string(subject.name)},
             {"digest", json_object({{"sha256", json_string(to_hex(subject.digest))}})}}));
    }
    const JsonValue root = json_object({{"_type", json_string(std::string(payload_statement_type))},
                                        {"subject", json_array(std::move(list))},
                                        {"predicateType", json_string(std::string(predicate_type))},
                                        {"predicate", std::move(predicate)}});
    return json_text(root, {.indent = 0, .is_ascii = false});
}

std::string hub_name_member(const JsonValue& predicate) {
    std::string name = text_member(predicate, "hub");
    if (const auto problem = hub_name_problem(name)) {
        throw UnexpectedJson("hub " + *problem);
    }
    return name;
}

std::uint64_t positive_member(const JsonValue& object, const char* key, std::uint64_t most) {
    const auto value = number_member(object, key, static_cast<std::int64_t>(most));
    if (value == 0) throw UnexpectedJson(std::string(key) + " is 0");
    return static_cast<std::uint64_t>(value);
}

std::int64_t time_member(const JsonValue& object, const char* key) {
    const auto time = parse_utc_time(text_member(object, key));
    if (!time) {
        throw UnexpectedJson(std::string(key) + " is not a time such as 2026-11-30T04:05:06Z");
    }
    return *time;
}

JsonValue json_time(std::int64_t seconds) {
    return json_string(utc_time_text(seconds));
}

}  // namespace onnxhub
