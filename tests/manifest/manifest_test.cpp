// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "manifest/document_limits.h"

namespace onnxhub {
namespace {

const std::string canonical = R"([
    {
        "model": "A",
        "model_path": "a.onnx",
        "onnx_version": "1.9",
        "opset_version": 14,
        "metadata": {
            "tags": [],
            "team": {
                "score": 0.50
            }
        }
    },
    {
        "model": "\u00c9",
        "model_path": "b.onnx",
        "onnx_version": "1.9",
        "opset_version": 14
    }
])";

ManifestDocument document_of(const std::string& text) {
    auto result = parse_manifest(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        ADD_FAILURE() << error->line << ":" << error->column << ": " << error->message;
        return {};
    }
    return std::get<ManifestDocument>(std::move(result));
}

std::string manifest_error(const std::string& text) {
    const auto result = parse_manifest(text);
    const auto* error = std::get_if<JsonSyntaxError>(&result);
    if (!error) return "no error";
    return std::to_string(error->line) + ":" + std::to_string(error->column) + ": " +
           error->message;
}

std::vector<std::string> texts_of(const ManifestDocument& document) {
    std::vector<std::string> texts;
    for (const ManifestEntry& entry : document.entries) texts.push_back(entry.text.copy());
    return texts;
}

TEST(Manifest, ACanonicalDocumentIsMadeAgainFromItsTexts) {
    const ManifestDocument document = document_of(canonical);
    ASSERT_EQ(document.entries.size(), 2u);
    EXPECT_EQ(manifest_text(texts_of(document)), canonical);
}

TEST(Manifest, ACanonicalDocumentIsMadeAgainFromItsValues) {
    std::vector<std::string> texts;
    for (const ManifestEntry& entry : document_of(canonical).entries) {
        texts.push_back(entry_text(entry.json()));
    }
    EXPECT_EQ(manifest_text(texts), canonical);
}

TEST(Manifest, EntriesKeepTheirVeryBytes) {
    const std::string first = "{ \"model\" :\"A\",\r\n\t\"x\":1.0}";
    const std::string second = "{\"model\":\"\\u0041\", \"n\": \"}\"}";
    const ManifestDocument document =
        document_of("\xef\xbb\xbf\n[" + first + "  ,\n" + second + "]\n");
    EXPECT_EQ(texts_of(document), (std::vector<std::string>{first, second}));
}

TEST(Manifest, EntriesHaveATypedViewOrAProblem) {
    const ManifestDocument document = document_of(
        "[{\"model\": \"A\", \"model_path\": \"a\", \"onnx_version\": \"1\", "
        "\"opset_version\": 1, \"metadata\": {}},\n{\"model\": 2}]");
    ASSERT_EQ(document.entries.size(), 2u);
    ASSERT_TRUE(document.entries[0].entry.has_value());
    EXPECT_EQ(document.entries[0].entry->model, "A");
    EXPECT_FALSE(document.entries[0].problem.has_value());
    EXPECT_FALSE(document.entries[1].entry.has_value());
    ASSERT_TRUE(document.entries[1].problem.has_value());
    EXPECT_EQ(document.entries[1].problem->line, 2);
    EXPECT_EQ(document.entries[1].problem->message, "model is a number, not a string");
    EXPECT_EQ(document.entries[1].json().find("model")->integer(), 2);
    EXPECT_EQ(document.entries[1].text, "{\"model\": 2}");
}

TEST(Manifest, WhatIsNoObjectIsAnEntryWithAProblem) {
    const ManifestDocument document = document_of("[1.50,\n[2, 3],\nnull,\n\"\\u00e9\"]");
    ASSERT_EQ(document.entries.size(), 4u);
    const std::pair<std::string, std::string> expected[] = {
        {"1.50", "the entry is a number, not an object"},
        {"[2, 3]", "the entry is an array, not an object"},
        {"null", "the entry is null, not an object"},
        {"\"\\u00e9\"", "the entry is a string, not an object"},
    };
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(document.entries[i].text, expected[i].first);
        ASSERT_TRUE(document.entries[i].problem.has_value());
        EXPECT_EQ(document.entries[i].problem->message, expected[i].second);
        EXPECT_EQ(document.entries[i].problem->line, static_cast<int>(i) + 1);
    }
}

TEST(Manifest, TheTopLevelMustBeAnArray) {
    EXPECT_EQ(manifest_error("{}"), "1:1: the top level is an object, not an array of entries");
    EXPECT_EQ(manifest_error("\n\n  \"x\""),
              "3:3: the top level is a string, not an array of entries");
    EXPECT_EQ(manifest_error("null"), "1:1: the top level is null, not an array of entries");
    EXPECT_EQ(manifest_error("1"), "1:1: the top level is a number, not an array of entries");
}

TEST(Manifest, SyntaxErrorsAreHandedOn) {
    EXPECT_EQ(manifest_error(""), "1:1: the document is empty");
    EXPECT_EQ(manifest_error("[\n{]"), "2:2: unexpected ']', expected a key in double quotes");
    EXPECT_EQ(manifest_error("version https://git-lfs.github.com/spec/v1\n"),
              "1:1: 'version' is not a JSON value");
}

TEST(Manifest, RepeatedKeysAreListed) {
    const ManifestDocument document = document_of("[{\"model\": \"A\",\n\"model\": \"B\"}]");
    ASSERT_EQ(document.duplicate_keys.size(), 1u);
    EXPECT_EQ(document.duplicate_keys[0].key, "model");
    EXPECT_EQ(document.duplicate_keys[0].line, 2);
    EXPECT_EQ(*document.entries[0].json().find("model")->string(), "B");
}

/// What parse_json() says of the same text, which reads it at once.
void expect_as_json(const std::string& text) {
    SCOPED_TRACE(text.substr(0, 200));
    const auto parsed = parse_json(text);
    const ManifestResult result = parse_manifest(text, 2);
    if (const auto* expected = std::get_if<JsonSyntaxError>(&parsed)) {
        const auto* error = std::get_if<JsonSyntaxError>(&result);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->message, expected->message);
        EXPECT_EQ(error->line, expected->line);
        EXPECT_EQ(error->column, expected->column);
        return;
    }
    const auto& document = std::get<JsonDocument>(parsed);
    const auto* manifest = std::get_if<ManifestDocument>(&result);
    ASSERT_EQ(manifest != nullptr, document.root.array() != nullptr);
    if (!manifest) return;
    const JsonArray& values = *document.root.array();
    ASSERT_EQ(manifest->entries.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(manifest->entries[i].line, values[i].line);
        EXPECT_TRUE(manifest->entries[i].json() == values[i]);
    }
    ASSERT_EQ(manifest->duplicate_keys.size(), document.duplicate_keys.size());
    for (std::size_t i = 0; i < document.duplicate_keys.size(); ++i) {
        EXPECT_EQ(manifest->duplicate_keys[i].line, document.duplicate_keys[i].line);
        EXPECT_EQ(manifest->duplicate_keys[i].key, document.duplicate_keys[i].key);
    }
}

TEST(Manifest, ReadEntryByEntryItMeansTheSame) {
    const std::string entry =
        "{\"model\": \"a ]\\\\\\\"\",\n \"x\": [1, {\"y\": null}],\n\"x\": \"\\u00e9\"}";
    const std::vector<std::string> texts{"[" + entry + ",\n\n" + entry + "]",
                                         "\xef\xbb\xbf\n[ " + entry + " ] \n",
                                         "[1.50,\n\"a,]\", [2, 3],true]",
                                         std::string("[]"),
                                         std::string("[ ]"),
                                         "[" + entry + ",]",
                                         "[," + entry + "]",
                                         "[" + entry + " " + entry + "]",
                                         "[" + entry,
                                         "[" + entry + "]]",
                                         "[" + entry + "] x",
                                         "[\n{\"a\": 1,}]",
                                         "[\n{\"a\": 01}, {]",
                                         "[" + entry + ", \"\xff\"]",
                                         std::string("[1, \"a\0b\"]", 10),
                                         "[" + entry + std::string("\0]", 2),
                                         std::string("[tru, {}]"),
                                         std::string("[\"a\\\"]"),
                                         std::string("{\"a\": 1}"),
                                         std::string("\"[]\""),
                                         std::string(" \n")};
    for (const std::string& text : texts) {
        expect_as_json(text);
    }
}

TEST(Manifest, LimitsOfTheDocumentHoldEntryByEntry) {
    const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    for (const int depth : {json_depth_limit - 1, json_depth_limit, json_depth_limit + 1}) {
        expect_as_json(nested(depth));
        expect_as_json("[{}, " + nested(depth - 1) + "]");
    }
    // Two entries with half of the allowed values each, and one value more.
    const std::size_t half = json_few_values / 2;
    std::string values = "[0";
    for (std::size_t i = 1; i + 2 < half; ++i) values += ",0";
    expect_as_json("[" + values + "]," + values + ",0]]");
    expect_as_json("[" + values + "]," + values + ",0,0,0,0]]");
}

TEST(ManifestText, OfNoEntriesIsAnEmptyArray) {
    EXPECT_EQ(manifest_text({}), "[]");
    EXPECT_TRUE(document_of("[]").entries.empty());
    EXPECT_TRUE(document_of(" [ ]\n").entries.empty());
}

TEST(ManifestText, IndentsEntriesByOneLevel) {
    const JsonValue entry = json_object({{"model", json_string("A")}});
    EXPECT_EQ(entry_text(entry), "{\n        \"model\": \"A\"\n    }");
    EXPECT_EQ(manifest_text({entry_text(entry), "{}"}),
              "[\n    {\n        \"model\": \"A\"\n    },\n    {}\n]");
}

}  // namespace
}  // namespace onnxhub
