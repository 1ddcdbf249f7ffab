// SPDX-License-Identifier: Apache-2.0
#include "trust/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/escaping.h"
#include "trust/base64.h"

namespace onnxhub {

JsonValue parse_strict_json(std::string_view text, const std::string& what) {
    if (text.starts_with("\xef\xbb\xbf")) {
        throw Refused(RefusalKind::malformed, what + " begins with a byte order mark");
    }
    auto parsed = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} is not JSON (line {}, column {}: {})", what, error->line,
                                  error->column, error->message));
    }
    auto& document = std::get<JsonDocument>(parsed);
    if (!document.duplicate_keys.empty()) {
        const DuplicateKey& repeated = document.duplicate_keys.front();
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} repeats the key \"{}\" (line {})", what, shown(repeated.key),
                                  repeated.line));
    }
    if (!document.root.object()) {
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} is {} instead of an object", what, json_type(document.root)));
    }
    return std::move(document.root);
}

void require_members_among(const JsonValue& value, std::initializer_list<std::string_view> names,
                           const std::string& what) {
    const JsonObject* object = value.object();
    if (!object) {
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} is {} instead of an object", what, json_type(value)));
    }
    for (const JsonMember& member : *object) {
        if (std::ranges::find(names, member.key) != names.end()) continue;
        throw Refused(RefusalKind::malformed,
                      fmt::format("{} has the unknown member \"{}\"", what, shown(member.key)));
    }
}

std::string base64_member(const JsonValue& object, const char* key, std::size_t limit_bytes) {
    const JsonValue& value = json_member(object, key);
    if (!value.string()) throw UnexpectedJson(std::string(key) + " is not a string");
    if (value.string()->size() / 4 * 3 > limit_bytes + 2) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("{} has more than {} bytes", key, limit_bytes));
    }
    auto bytes = decode_base64(*value.string());
    if (!bytes) throw Refused(RefusalKind::malformed, std::string(key) + " is not base64");
    if (bytes->size() > limit_bytes) {
        throw Refused(RefusalKind::too_large,
                      fmt::format("{} has more than {} bytes", key, limit_bytes));
    }
    return std::move(*bytes);
}

}  // namespace onnxhub
