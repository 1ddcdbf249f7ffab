// SPDX-License-Identifier: Apache-2.0
#include "manifest/json.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "manifest/json_error.h"

using namespace std::string_literals;

namespace onnxhub {

void PrintTo(const JsonSyntaxError& error, std::ostream* out) {
    *out << error.line << ":" << error.column << ": " << error.message;
}

namespace {

/// The document of a text without errors.
JsonDocument json_document(const std::string& text) {
    auto result = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        ADD_FAILURE() << testing::PrintToString(*error) << " in " << text.substr(0, 100);
        return {};
    }
    return std::get<JsonDocument>(std::move(result));
}

JsonValue value_of(const std::string& text) {
    return json_document(text).root;
}

/// "line:column: message" of a text with an error.
std::string json_error(const std::string& text) {
    const auto result = parse_json(text);
    const auto* error = std::get_if<JsonSyntaxError>(&result);
    return error ? testing::PrintToString(*error) : "no error";
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonParse, ReadsEachKindOfValue) {
    EXPECT_EQ(value_of("null"), JsonValue());
    EXPECT_EQ(value_of("true"), JsonValue{true});
    EXPECT_EQ(value_of("false"), JsonValue{false});
    EXPECT_EQ(value_of("12"), json_integer(12));
    EXPECT_EQ(value_of(R"("a\n\u00e9\ud83d\ude00")"), json_string("a\n\u00e9\U0001f600"));
    EXPECT_EQ(value_of("[1, []]"), json_array({json_integer(1), json_array({})}));
    EXPECT_EQ(value_of(R"({"b": 1, "a": {}})"),
              json_object({{"b", json_integer(1)}, {"a", json_object({})}}));
}

TEST(JsonParse, NumbersKeepTheirSpelling) {
    const std::string spellings[] = {
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1e5",
        "1E+5",
        "1e-9",
        "0.100",
        "1.50e007",
        "18446744073709551616",
        "-9223372036854775809",
        "3.141592653589793238462643383279",
        std::string(300, '9'),
        "1e-400",
    };
    for (const std::string& spelling : spellings) {
        SCOPED_TRACE(spelling);
        EXPECT_EQ(value_of(spelling), JsonValue{JsonNumber{spelling}});
        EXPECT_EQ(value_of("[" + spelling + "]"), json_array({JsonValue{JsonNumber{spelling}}}));
        EXPECT_EQ(value_of("[" + spelling + "\n]"), json_array({JsonValue{JsonNumber{spelling}}}));
        EXPECT_EQ(json_text(value_of(spelling)), spelling);
    }
}

TEST(JsonParse, NumbersBeyondADoubleAreRefusedSincePythonWouldMakeThemInfinite) {
    EXPECT_EQ(json_error("[1,\n 1e999]"), "2:2: the number is too large");
    EXPECT_EQ(json_error("-1e999"), "1:1: the number is too large");
    EXPECT_EQ(json_error("[" + std::string(400, '9') + "]"), "1:2: the number is too large");
}

TEST(JsonParse, IntegersAreWholeNumbersThatFit) {
    EXPECT_EQ(value_of("9223372036854775807").integer(), 9223372036854775807);
    EXPECT_EQ(value_of("-9223372036854775808").integer(), INT64_MIN);
    EXPECT_EQ(value_of("-0").integer(), 0);
    for (const char* text :
         {"9223372036854775808", "-9223372036854775809", "1.0", "1e3", "\"1\"", "null", "[1]"}) {
        EXPECT_EQ(value_of(text).integer(), std::nullopt) << text;
    }
}

TEST(JsonParse, LinesAreThoseWhereValuesAndKeysBegin) {
    const JsonValue root =
        value_of("\n[\n  {\"a\":\n    1,\n   \"b\": [\n2\n,\n\"x\\n\"]\n  }\n,\n null, true,\n-3]");
    EXPECT_EQ(root.line, 2);
    const JsonArray& array = *root.array();
    EXPECT_EQ(array[0].line, 3);
    const JsonObject& object = *array[0].object();
    EXPECT_EQ(object[0].line, 3);
    EXPECT_EQ(object[0].value.line, 4);
    EXPECT_EQ(object[1].line, 5);
    EXPECT_EQ(object[1].value.line, 5);
    EXPECT_EQ((*object[1].value.array())[0].line, 6);
    EXPECT_EQ((*object[1].value.array())[1].line, 8);
    EXPECT_EQ(array[1].line, 11);
    EXPECT_EQ(array[2].line, 11);
    EXPECT_EQ(array[3].line, 12);
}

TEST(JsonParse, ObjectsAndArraysKnowTheirBytes) {
    const std::string text = "\xef\xbb\xbf [ {\"a\": [1,2] } , \"\\u00e9\", {} ] ";
    const JsonValue root = value_of(text);
    const auto bytes = [&](const JsonValue& value) {
        return text.substr(value.begin, value.end - value.begin);
    };
    EXPECT_EQ(bytes(root), "[ {\"a\": [1,2] } , \"\\u00e9\", {} ]");
    const JsonArray& array = *root.array();
    EXPECT_EQ(bytes(array[0]), "{\"a\": [1,2] }");
    EXPECT_EQ(bytes(*array[0].find("a")), "[1,2]");
    EXPECT_EQ(bytes(array[2]), "{}");
    EXPECT_EQ(array[1].end, 0u);
}

TEST(JsonParse, KeysKeepTheirOrderAndMayBeEmpty) {
    const JsonValue root = value_of(R"({"z": 1, "": 2, "a": {"": 3}})");
    const JsonObject& members = *root.object();
    ASSERT_EQ(members.size(), 3u);
    EXPECT_EQ(members[0].key, "z");
    EXPECT_EQ(members[1].key, "");
    EXPECT_EQ(members[2].key, "a");
    EXPECT_EQ(root.find("")->integer(), 2);
    EXPECT_EQ(root.find("missing"), nullptr);
    EXPECT_EQ(value_of("[1]").find("z"), nullptr);
}

TEST(JsonParse, OfEqualKeysTheLastValueCountsAtTheFirstOnesPlace) {
    const JsonDocument document = json_document(
        "{\"a\": 1,\n\"b\": {\"x\": 1,\n\"x\": 2},\n\"a\": [],\n\"c\": 3,\n\"\\u0061\": {}}");
    EXPECT_EQ(document.root, json_object({{"a", json_object({})},
                                          {"b", json_object({{"x", json_integer(2)}})},
                                          {"c", json_integer(3)}}));
    ASSERT_EQ(document.duplicate_keys.size(), 3u);
    EXPECT_EQ(document.duplicate_keys[0].key, "x");
    EXPECT_EQ(document.duplicate_keys[0].line, 3);
    EXPECT_EQ(document.duplicate_keys[1].key, "a");
    EXPECT_EQ(document.duplicate_keys[1].line, 4);
    EXPECT_EQ(document.duplicate_keys[2].key, "a");
    EXPECT_EQ(document.duplicate_keys[2].line, 6);
}

TEST(JsonParse, ManyEqualAndManyDifferentKeysAreQuick) {
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) {
        text += "\"k\": 1, \"" + std::to_string(i) + "\": 2, ";
    }
    const JsonDocument document = json_document(text + "\"k\": 3}");
    EXPECT_EQ(document.root.object()->size(), 100'001u);
    EXPECT_EQ(document.root.object()->front().value, json_integer(3));
    EXPECT_EQ(document.duplicate_keys.size(), 100'000u);
}

TEST(JsonParse, AByteOrderMarkIsSkipped) {
    EXPECT_EQ(value_of("\xef\xbb\xbf[1]"), json_array({json_integer(1)}));
    EXPECT_NE(json_error("\xef\xbb[1]"), "no error");
    EXPECT_NE(json_error("\xef"), "no error");
}

TEST(JsonParse, NestingIsRefusedBeyondTheLimit) {
    EXPECT_EQ(json_text(value_of(nested(json_depth_limit - 1))).substr(0, 2), "[\n");
    EXPECT_NE(value_of(nested(json_depth_limit)).array(), nullptr);
    EXPECT_EQ(json_error("\n" + nested(json_depth_limit + 1)), "2:129: more than 128 levels deep");
    EXPECT_EQ(json_error(nested(10'000)), "1:129: more than 128 levels deep");
    EXPECT_EQ(json_error(std::string(1'000'000, '[')), "1:129: more than 128 levels deep");
    std::string objects;
    for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(json_error(objects), "1:641: more than 128 levels deep");
}

TEST(JsonParse, DocumentsBeyondTheSizeLimitAreNotLookedAt) {
    // Pages that are never touched take no memory.
    const std::size_t size = json_size_limit + 1;
    void* pages =
        mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(pages, MAP_FAILED);
    const auto result = parse_json({static_cast<const char*>(pages), size});
    // One byte less is read: it is a NUL, which no document may hold.
    const auto result_at_limit = parse_json({static_cast<const char*>(pages), json_size_limit});
    munmap(pages, size);
    ASSERT_TRUE(std::holds_alternative<JsonSyntaxError>(result));
    EXPECT_EQ(std::get<JsonSyntaxError>(result).message, "the document is larger than 1 GiB");
    ASSERT_TRUE(std::holds_alternative<JsonSyntaxError>(result_at_limit));
    EXPECT_NE(std::get<JsonSyntaxError>(result_at_limit).message,
              std::get<JsonSyntaxError>(result).message);
}

TEST(JsonParse, SiblingsAreNotNested) {
    std::string text = "[[]";
    for (int i = 0; i < 1000; ++i) text += ",[]";
    EXPECT_EQ(value_of(text + "]").array()->size(), 1001u);
}

TEST(JsonParse, ErrorsAreToldInPlainWordsWhereTheyAre) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "1:1: the document is empty"},
        {" \n\t ", "2:3: the document is empty"},
        {"[", "1:2: unexpected end of the document, expected a value"},
        {"[1", "1:3: unexpected end of the document, expected ',' or ']'"},
        {"[1,\n]", "2:1: unexpected ']', expected a value"},
        {"[1 22]", "1:4: unexpected number, expected ',' or ']'"},
        {"{\"a\" \"bc\"}", "1:6: unexpected string, expected ':'"},
        {"{\"a\": 1,\n }", "2:2: unexpected '}', expected a key in double quotes"},
        {"{a: 1}", "1:2: 'a' is not a JSON value"},
        {"{1: 1}", "1:2: unexpected number, expected a key in double quotes"},
        {"[]\n[]", "2:1: unexpected '[' after the end of the document"},
        {"[] x", "1:4: 'x' is not a JSON value"},
        {"[NaN]", "1:2: 'NaN' is not a JSON value"},
        {"[\n Infinity]", "2:2: 'Infinity' is not a JSON value"},
        {"[tru]", "1:2: 'tru' is not a JSON value"},
        {"[nulll]", "1:2: 'nulll' is not a JSON value"},
        // All of a word, from the first letter and digit to the last.
        {"[az09_AZx]", "1:2: 'az09_AZx' is not a JSON value"},
        {"[9z]", "1:2: '9z' is not a JSON value"},
        {"<html>", "1:1: unexpected character '<'"},
        {"[1, // one\n]", "1:5: unexpected character '/'"},
        {"['a']", "1:2: unexpected character '''"},
        {"[\xff]", "1:2: unexpected byte 0xff"},
        {"[1.]", "1:4: invalid number: expected digit after '.'"},
        {"[-]", "1:3: invalid number: expected digit after '-'"},
        {"[01]", "1:2: '01' is not a JSON value"},
        {"[1 true]", "1:4: unexpected 'true', expected ',' or ']'"},
        {"[1,,2]", "1:4: unexpected ',', expected a value"},
        {"[:1]", "1:2: unexpected ':', expected a value"},
        {"{\"a\",1}", "1:5: unexpected ',', expected ':'"},
        {"{\"a\":}", "1:6: unexpected '}', expected a value"},
        {"{\"a\":1]", "1:7: unexpected ']', expected ',' or '}'"},
        {"{\"a\":1,", "1:8: unexpected end of the document, expected a key in double quotes"},
        {"\xef\xbb\xbf]", "1:4: unexpected ']', expected a value"},
        {"[1e]", "1:4: invalid number: expected digit in the exponent"},
        {"[1e+]", "1:5: invalid number: expected digit in the exponent"},
        {"[.5]", "1:2: unexpected character '.'"},
        {"[\"\\", "1:4: missing closing quote"},
        {"[\"ab", "1:5: missing closing quote"},
        {"[\"\\x\"]", "1:4: forbidden character after backslash"},
        {"[\"\\u12\"]", "1:7: '\\u' must be followed by 4 hex digits"},
    };
    for (const auto& [text, error] : cases) {
        SCOPED_TRACE(text);
        EXPECT_EQ(json_error(text), error);
    }
}

TEST(JsonParse, ANulIsAnErrorWhereverItIs) {
    EXPECT_EQ(json_error("[]\0"s), "1:3: NUL byte, which is not allowed in JSON");
    EXPECT_EQ(json_error("[1,\n2]\0[junk"s), "2:3: NUL byte, which is not allowed in JSON");
    EXPECT_EQ(json_error("[\"a\0b\"]"s), "1:4: NUL byte, which is not allowed in JSON");
    EXPECT_EQ(json_error("\0"s), "1:1: NUL byte, which is not allowed in JSON");
    EXPECT_EQ(value_of(R"(["\u0000"])"), json_array({json_string("\0"s)}));
}

TEST(JsonParse, ControlCharactersInStringsMustBeEscaped) {
    for (char c = 1; c < 0x20; ++c) {
        const std::string error = json_error("[\"a"s + c + "\"]");
        EXPECT_EQ(error.rfind("1:4: control character", 0), 0u) << error;
    }
    EXPECT_EQ(value_of("[\"\x7f\"]"), json_array({json_string("\x7f")}));
}

TEST(JsonParse, BytesThatAreNotUtf8AreRefused) {
    const std::string bad[] = {"\x80",         "\xff",         "\xc0\xaf",         "\xe2\x82",
                               "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88"};
    for (const std::string& bytes : bad) {
        const std::string error = json_error("[\n\"" + bytes + "\"]");
        EXPECT_NE(error.find("ill-formed UTF-8 byte"), error.npos) << error;
        EXPECT_EQ(error.rfind("2:", 0), 0u) << error;
    }
}

TEST(JsonParse, LoneSurrogatesAreRefused) {
    for (const char* text :
         {R"("\ud800")", R"("\ud800x")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800\u0041")"}) {
        EXPECT_NE(json_error(text).find("surrogate"), std::string::npos)
            << text << json_error(text);
    }
}

TEST(JsonParse, ErrorsNeverQuoteTheParserOrRawBytes) {
    const std::string texts[] = {"[\x1b[31m",           "\"\x1b", "{\"a\xff",
                                 "[1, - ; last read: ", "]",      ":"};
    for (const std::string& text : texts) {
        const std::string error = json_error(text);
        EXPECT_EQ(error.find("json.exception"), error.npos) << error;
        EXPECT_EQ(error.find("last read"), error.npos) << error;
        for (const char c : error) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << error;
    }
}

TEST(JsonParse, TheCauseOfEveryErrorIsFound) {
    const std::string text =
        "[{\"a\": [1, -2.5e3, true, null, 0], \"b\\u00e9\\ud83d\\ude00\": \"\xc3\xa9\\n\"}, {}, "
        "[]]";
    const std::string characters = "[]{}:,\"\\ \n01-+.eEuxtfnd/\x7f\x01\x80\xff\xc3";
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char c : characters) {
            for (const std::size_t replaced : {0U, 1U, 2U}) {
                std::string changed = text;
                changed.replace(at, replaced, 1, c);
                EXPECT_EQ(json_error(changed).find(unexplained_json_error), std::string::npos)
                    << changed;
            }
        }
        std::string shortened = text;
        shortened.erase(at, 1);
        EXPECT_EQ(json_error(shortened).find(unexplained_json_error), std::string::npos)
            << shortened;
    }
}

TEST(JsonParse, EveryBeginningOfADocumentIsAnErrorAndNoMore) {
    const std::string text = "[{\"a\": [1, -2.5e3, true, null], \"b\\u00e9\": \"\xc3\xa9\"}]";
    for (std::size_t length = 0; length < text.size(); ++length) {
        EXPECT_NE(json_error(text.substr(0, length)), "no error") << length;
    }
    EXPECT_EQ(json_error(text), "no error");
}

TEST(JsonText, WritesWhatPythonWrites) {
    // json.dumps(value, indent=4) in Python 3.11
    const JsonValue value =
        value_of(R"({"empty": [[], {}], "n": [null, true, -1.50], "o": {"k": "v"}})");
    EXPECT_EQ(json_text(value), R"({
    "empty": [
        [],
        {}
    ],
    "n": [
        null,
        true,
        -1.50
    ],
    "o": {
        "k": "v"
    }
})");
}

TEST(JsonText, IndentsAllButTheFirstLineByDepth) {
    EXPECT_EQ(json_text(json_array({json_integer(1)}), {.depth = 2}),
              "[\n            1\n        ]");
    EXPECT_EQ(json_text(json_array({}), {.depth = 2}), "[]");
}

TEST(JsonText, HasStyles) {
    const JsonValue value = value_of("{\"k\": [1, \"\u00e9\U0001f600\\u0001\x7f\"], \"e\": []}");
    EXPECT_EQ(
        json_text(value, {.indent = 2}),
        "{\n  \"k\": [\n    1,\n    \"\\u00e9\\ud83d\\ude00\\u0001\\u007f\"\n  ],\n  \"e\": []\n}");
    EXPECT_EQ(json_text(value, {.indent = 0}),
              "{\"k\":[1,\"\\u00e9\\ud83d\\ude00\\u0001\\u007f\"],\"e\":[]}");
    EXPECT_EQ(json_text(value, {.indent = 0, .is_ascii = false}),
              "{\"k\":[1,\"\u00e9\U0001f600\\u0001\x7f\"],\"e\":[]}");
    EXPECT_EQ(json_text(json_string("a\xff"), {.is_ascii = false}), "\"a\ufffd\"");
}

TEST(JsonText, EscapesStringsAsPythonDoes) {
    const std::pair<std::string, std::string> cases[] = {
        {"/ ' <&> ~", R"("/ ' <&> ~")"},
        {"\"\\", R"("\"\\")"},
        {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
        {"\0\x01\x1f\x7f"s, R"("\u0000\u0001\u001f\u007f")"},
        {"\u0080\u00e9\u07ff", R"("\u0080\u00e9\u07ff")"},
        {"\u0800\u2028\ufeff\uffff", R"("\u0800\u2028\ufeff\uffff")"},
        {"\U00010000\U0001f600\U0010ffff", R"("\ud800\udc00\ud83d\ude00\udbff\udfff")"},
        {"", R"("")"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(json_text(json_string(text)), expected);
        EXPECT_EQ(json_text(json_object({{text, {}}})), "{\n    " + expected + ": null\n}");
        EXPECT_EQ(value_of(expected), json_string(text));
    }
}

TEST(JsonText, StaysValidWhenAStringIsNotUtf8) {
    EXPECT_EQ(json_text(json_string("a\xff\xc3(")), R"("a\ufffd\ufffd(")");
}

TEST(JsonText, WritesTheWholeRangeOfIntegers) {
    EXPECT_EQ(json_text(json_integer(INT64_MIN)), "-9223372036854775808");
    EXPECT_EQ(json_text(json_unsigned(UINT64_MAX)), "18446744073709551615");
}

TEST(JsonType, NamesEachKindForMessages) {
    const std::pair<std::string, std::string> cases[] = {
        {"null", "null"},     {"true", "a boolean"}, {"1", "a number"},
        {"\"\"", "a string"}, {"[]", "an array"},    {"{}", "an object"},
    };
    for (const auto& [text, name] : cases) EXPECT_EQ(json_type(value_of(text)), name);
}

}  // namespace
}  // namespace onnxhub
