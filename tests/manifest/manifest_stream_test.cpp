// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace onnxhub {
namespace {

using testing::HasSubstr;

struct Streamed {
    std::vector<std::string> texts;
    std::vector<ManifestEntry> entries;
    std::optional<JsonSyntaxError> error;
};

Streamed stream(const std::string& document) {
    const auto source = memory_source(document);
    Streamed result;
    ManifestStream stream(*source);
    while (const auto raw = stream.next()) {
        auto parsed = parse_raw_entry(*raw);
        if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
            result.error = std::move(*error);
            return result;
        }
        result.entries.push_back(std::get<ManifestEntry>(std::move(parsed)));
        result.texts.push_back(result.entries.back().text.copy());
    }
    result.error = stream.error();
    return result;
}

std::string valid_entry(const std::string& name) {
    return R"({"model": ")" + name +
           R"(", "model_path": "a/b.onnx", "onnx_version": "1.9", "opset_version": 9, "metadata": )"
           R"({"tags": ["a ] \" } b", "\\"]}})";
}

TEST(ManifestStream, GivesTheEntriesOfTheWholeDocument) {
    std::string document = "\xef\xbb\xbf \n[";
    for (int i = 0; i < 3000; ++i) {  // larger than the blocks that are read
        document += (i ? ",\n  " : "\n  ") + valid_entry("model " + std::to_string(i));
    }
    document += "\n]\n";
    const Streamed streamed = stream(document);
    const auto whole = parse_manifest(document);
    const auto& entries = std::get<ManifestDocument>(whole).entries;
    ASSERT_FALSE(streamed.error);
    ASSERT_EQ(streamed.entries.size(), entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(streamed.entries[i].text, entries[i].text);
        EXPECT_EQ(streamed.entries[i].entry, entries[i].entry);
    }
}

TEST(ManifestStream, SaysWhereEachEntryIs) {
    const std::string document = "[\n" + valid_entry("a") + ",\n\n  " + valid_entry("b") + "]";
    const auto source = memory_source(document);
    ManifestStream stream(*source);
    const auto first = stream.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->offset, 2u);
    EXPECT_EQ(first->line, 2);
    EXPECT_EQ(first->column, 1);
    const auto second = stream.next();
    ASSERT_TRUE(second);
    EXPECT_EQ(document.substr(second->offset, second->text.size()), valid_entry("b"));
    EXPECT_EQ(second->line, 4);
    EXPECT_EQ(second->column, 3);
    EXPECT_FALSE(stream.next());
    EXPECT_FALSE(stream.error());
}

TEST(ManifestStream, AnInvalidEntryHasItsLine) {
    const Streamed streamed =
        stream("[\n" + valid_entry("a") + ",\n{\"model\": \"b\",\n\"model_path\": 1}]");
    ASSERT_EQ(streamed.entries.size(), 2u);
    ASSERT_TRUE(streamed.entries[1].problem);
    EXPECT_EQ(streamed.entries[1].problem->line, 4);
}

TEST(ManifestStream, EmptyArraysHaveNoEntries) {
    for (const char* document : {"[]", " [ ] ", "\n[\n]\n"}) {
        const Streamed streamed = stream(document);
        EXPECT_FALSE(streamed.error) << document;
        EXPECT_TRUE(streamed.texts.empty()) << document;
    }
}

TEST(ManifestStream, BrokenDocumentsAreErrorsAtTheirPlace) {
    const std::string entry = valid_entry("a");
    struct Case {
        std::string document;
        int line;
        const char* message;
    };
    for (const auto& [document, line, message] : std::vector<Case>{
             {"", 1, "is empty"},
             {" \n ", 2, "is empty"},
             {"{}", 1, "not an array"},
             {"[" + entry, 1, "ends inside the array"},
             {"[\n" + entry + ",\n", 3, "ends inside the array"},
             {"[\n" + entry + "\n" + entry + "]", 3, "a comma or ']' is missing"},
             {"[" + entry + ",]", 1, "not an entry"},
             {"[," + entry + "]", 1, "not an entry"},
             {"[" + entry + "]\nx", 2, "continues after the array"},
             {"[\n{\"a\": \"b", 2, "ends inside an entry"},
             {"[\n{\"a\" 1}]", 2, ""},
             {"[\n" + entry + ",\n{\"a\":\n x}]", 4, ""},
             {"[tru]", 1, ""},
         }) {
        const Streamed streamed = stream(document);
        ASSERT_TRUE(streamed.error) << document;
        EXPECT_EQ(streamed.error->line, line) << document << ": " << streamed.error->message;
        EXPECT_THAT(streamed.error->message, HasSubstr(message)) << document;
    }
}

/// What is valid as a whole is valid in pieces, and the other way round.
TEST(ManifestStream, AgreesWithTheParserOfDocuments) {
    const std::string whole = "[" + valid_entry("a") + ", 5, [1, {\"x\": []}], \"s, ]\", null ]";
    const std::string replacements = "[]{},:\"\\ 1x\n";
    int valid = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char c : replacements) {
            std::string document = whole;
            document[at] = c;
            const bool is_valid =
                std::holds_alternative<ManifestDocument>(parse_manifest(document));
            EXPECT_EQ(!stream(document).error, is_valid) << document;
            valid += is_valid;
        }
    }
    EXPECT_GT(valid, 100);
}

TEST(ManifestStream, AnEntryBeyondTheLimitIsRefused) {
    const std::string document = "[{\"a\": \"" + std::string(streamed_entry_limit, 'x') + "\"}]";
    const Streamed streamed = stream(document);
    ASSERT_TRUE(streamed.error);
    EXPECT_EQ(streamed.error->message, "an entry is larger than 64 MiB");
}

}  // namespace
}  // namespace onnxhub
