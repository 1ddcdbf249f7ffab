// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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
    for (const ManifestEntry& entry : document.entries) texts.push_back(entry.text);
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
        texts.push_back(entry_text(entry.json));
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
    EXPECT_EQ(document.entries[1].json.find("model")->integer(), 2);
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
    EXPECT_EQ(*document.entries[0].json.find("model")->string(), "B");
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
