// SPDX-License-Identifier: Apache-2.0
// The memory for a document is in proportion to its size.
#include "manifest/document_limits.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "manifest/json.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

std::string list_of(std::string_view item, std::size_t count) {
    std::string text = "[";
    text.reserve(count * (item.size() + 1) + 2);
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) text += ',';
        text += item;
    }
    return text + "]";
}

std::string limit_error(const std::string& text) {
    const auto result = parse_json(text);
    const auto* error = std::get_if<JsonSyntaxError>(&result);
    return error ? error->message : "no error";
}

std::string manifest_error_of(const std::string& text) {
    const auto result = parse_manifest(text);
    const auto* error = std::get_if<JsonSyntaxError>(&result);
    return error ? error->message : "no error";
}

/// Whether every array and object has the capacity that it uses.
bool is_compact(const JsonValue& value) {
    if (const JsonArray* items = value.array()) {
        if (items->capacity() != items->size()) return false;
        for (const JsonValue& item : *items) {
            if (!is_compact(item)) return false;
        }
    }
    if (const JsonObject* members = value.object()) {
        if (members->capacity() != members->size()) return false;
        for (const JsonMember& member : *members) {
            if (!is_compact(member.value)) return false;
        }
    }
    return true;
}

TEST(DocumentLimits, ADocumentMayHaveManyValuesHoweverShortTheyAre) {
    const std::size_t most = json_few_values - 1;  // beside the root
    EXPECT_EQ(limit_error(list_of("1", most)), "no error");
    EXPECT_EQ(limit_error(list_of("1", most + 1)),
              "the document has more than 250000 values, the limit for its size");
    EXPECT_EQ(limit_error(list_of("{}", most)), "no error");
    EXPECT_EQ(limit_error(list_of("[\n]", most + 1)),
              "the document has more than 250000 values, the limit for its size");
    EXPECT_EQ(limit_error(list_of("{\"a\":1}", most / 2)), "no error");
    EXPECT_NE(limit_error(list_of("{\"a\":1,\"b\":\"\"}", most / 3 + 1)), "no error");
}

TEST(DocumentLimits, MoreValuesNeedMoreText) {
    const std::size_t count = 2 * json_few_values;
    EXPECT_EQ(limit_error(list_of("123456", count)), "no error");
    EXPECT_EQ(limit_error(list_of("1234", count)),
              "the document has more than 416666 values, the limit for its size");
    EXPECT_EQ(json_value_limit_of(0), json_few_values);
    EXPECT_EQ(json_value_limit_of(6'000'000), 1'000'000u);
    EXPECT_EQ(json_value_limit_of(json_size_limit), json_value_limit);
}

TEST(DocumentLimits, TheErrorIsAtTheFirstValueTooMany) {
    const auto result = parse_json(list_of("\n1", json_few_values));
    ASSERT_TRUE(std::holds_alternative<JsonSyntaxError>(result));
    EXPECT_EQ(std::get<JsonSyntaxError>(result).line, static_cast<int>(json_few_values));
}

TEST(DocumentLimits, WhatStandsInStringsIsNoValue) {
    EXPECT_EQ(limit_error("[\"" + std::string(2 * json_few_values, ',') + "\"]"), "no error");
    EXPECT_EQ(limit_error("[\"\\\"" + std::string(2 * json_few_values, '{') + "\\\\\"]"),
              "no error");
}

TEST(DocumentLimits, ArraysAndObjectsTakeNoMoreThanTheyNeed) {
    for (const char* text :
         {"[1,2,3,4,5]", "[]", "{}", "[[],[1],[{}]]", "{\"a\":{\"b\":[1,2,3]},\"c\":[],\"d\":{}}",
          " [ {\"a\" : \"x,y\" , \"b\" :\n[ null,true ] } ,\t-1.5e3, \"]\" ] ",
          "[\"\\\\\",\"\\\"\",[2,3]]", "{\"a\":1,\"b\":[1,2,3],\"a\":[4,5],\"c\":{\"x\":1}}"}) {
        const auto result = parse_json(text);
        ASSERT_TRUE(std::holds_alternative<JsonDocument>(result)) << text;
        EXPECT_TRUE(is_compact(std::get<JsonDocument>(result).root)) << text;
    }
}

TEST(DocumentLimits, ErrorsOfUnbalancedTextsStayWhatTheyAre) {
    EXPECT_EQ(limit_error("[]]]]"), "unexpected ']' after the end of the document");
    EXPECT_EQ(limit_error("[}"), "unexpected '}', expected a value");
    EXPECT_EQ(limit_error("[,,,"), "unexpected ',', expected a value");
}

TEST(DocumentLimits, AManifestMayHaveManyEntriesHoweverShortTheyAre) {
    EXPECT_EQ(manifest_error_of(list_of("{}", manifest_few_entries)), "no error");
    const auto result = parse_manifest(list_of("\n{}", manifest_few_entries + 1));
    ASSERT_TRUE(std::holds_alternative<JsonSyntaxError>(result));
    const auto& error = std::get<JsonSyntaxError>(result);
    EXPECT_EQ(error.message, "the manifest has more than 20000 entries, the limit for its size");
    EXPECT_EQ(error.line, 20'002);
    EXPECT_EQ(error.column, 1);
}

TEST(DocumentLimits, NoEntryThatCanBeUsedIsTooShort) {
    const std::string shortest =
        R"({"model":"m","model_path":"p","onnx_version":"","opset_version":0,"metadata":{}})";
    const auto result = parse_manifest(list_of(shortest, manifest_few_entries + 5'000));
    ASSERT_TRUE(std::holds_alternative<ManifestDocument>(result));
    const auto& document = std::get<ManifestDocument>(result);
    EXPECT_EQ(document.entries.size(), manifest_few_entries + 5'000);
    EXPECT_TRUE(document.entries.back().entry);
}

TEST(DocumentLimits, MillionsOfEmptyEntriesAreRefused) {
    EXPECT_EQ(manifest_error_of(list_of("{}", 2'000'000)),
              "the document has more than 1000000 values, the limit for its size");
}

TEST(DocumentLimits, ProblemsInLongListsStopTheReading) {
    const std::string text = R"([{"model":"m","model_path":"p","onnx_version":"1","opset_version":1,
        "metadata":{"tags":[)" +
                             std::string("\"a\",") + "7" + R"(],"io_ports":{"inputs":[
        {"name":"x","shape":[1,{}],"type":"t"}],"outputs":[]}}}])";
    const auto result = parse_manifest(text);
    const auto& entry = std::get<ManifestDocument>(result).entries.at(0);
    ASSERT_TRUE(entry.problem);
    EXPECT_EQ(entry.problem->message, "tags[1] is a number, not a string");
}

}  // namespace
}  // namespace onnxhub
