// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <variant>

#include "manifest/json.h"
#include "sources/document_builder.h"
#include "sources/document_formats.h"

namespace onnxhub {
namespace {

void add_json(const JsonValue& value, DocumentBuilder& builder) {
    if (const JsonArray* array = value.array()) {
        builder.begin_list(value.line);
        for (const JsonValue& item : *array) add_json(item, builder);
        builder.end();
    } else if (const JsonObject* object = value.object()) {
        builder.begin_mapping(value.line);
        for (const JsonMember& member : *object) {
            builder.key(member.key, member.line);
            add_json(member.value, builder);
        }
        builder.end();
    } else if (const std::string* text = value.string()) {
        builder.scalar(*text, value.line);
    } else if (const auto* number = std::get_if<JsonNumber>(&value.data)) {
        builder.scalar(number->text, value.line);
    } else if (const bool* truth = std::get_if<bool>(&value.data)) {
        builder.scalar(*truth ? "true" : "false", value.line);
    } else {
        builder.null(value.line);
    }
}

}  // namespace

Document parse_json_document(std::string_view text) {
    const auto parsed = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        throw DocumentFailure{
            {error->line,
             fmt::format("is not JSON at column {}: {}", error->column, error->message),
             "correct the line, see https://json.org"}};
    }
    const auto& document = std::get<JsonDocument>(parsed);
    if (!document.duplicate_keys.empty()) {
        const DuplicateKey& first = document.duplicate_keys.front();
        throw DocumentFailure{{first.line,
                               fmt::format("has the key \"{}\" twice in one mapping", first.key),
                               "remove one of them"}};
    }
    DocumentBuilder builder(text.size(), DocumentBuilder::MergeKeys::plain);
    add_json(document.root, builder);
    return builder.finish();
}

}  // namespace onnxhub
