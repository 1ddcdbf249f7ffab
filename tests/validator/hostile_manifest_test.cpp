// SPDX-License-Identifier: Apache-2.0
// Hostile manifests give findings, but never crashes or long run times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/hub_files.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Finding> findings_of(std::string manifest) {
    HubFiles hub = healthy_hub();
    hub.manifest() = std::move(manifest);
    std::vector<Finding> findings = validate_files(hub);
    std::erase_if(findings, [](const Finding& finding) { return finding.file != manifest_path; });
    for (const Finding& finding : findings) {
        EXPECT_LE(finding.source_line.size(), 2'000u);
        EXPECT_LE(finding.message.size(), 10'000u);
    }
    return findings;
}

std::vector<std::string> texts_of(const std::string& manifest) {
    std::vector<std::string> texts;
    for (const Finding& finding : findings_of(manifest)) {
        texts.push_back(finding.rule + ":" + std::to_string(finding.line) + ": " + finding.message);
    }
    return texts;
}

std::string entry_with(const std::string& members) {
    return "[{\"model\": \"m\", \"onnx_version\": \"1.9\", \"opset_version\": 14, \"metadata\": "
           "{}, " +
           members + "}]";
}

TEST(HostileManifest, DeepNestingIsASyntaxError) {
    const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
    EXPECT_THAT(texts_of(deep), ElementsAre(HasSubstr("json-syntax:1: ")));
    EXPECT_THAT(texts_of(entry_with("\"x\": " + deep)), ElementsAre(HasSubstr("json-syntax:1: ")));
    std::string objects;
    for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
    EXPECT_THAT(texts_of("[" + objects), ElementsAre(HasSubstr("json-syntax:1: ")));
}

TEST(HostileManifest, WhatIsNoJsonIsASyntaxErrorWithItsLine) {
    for (const std::string value :
         {"NaN", "Infinity", "-Infinity", "01", "1e", "'a'", "\"\\ud800\"", "\"\\udc00\\ud800\"",
          "\"\x01\"", "\"\xff\"", "\"\\x41\"", ""}) {
        EXPECT_THAT(texts_of(entry_with("\n\"x\": " + value)),
                    ElementsAre(HasSubstr("json-syntax:2: ")))
            << value;
    }
    for (const std::string document : {"", "{}", "3", "[3]", "null", "// no", "[{}]]"}) {
        EXPECT_FALSE(texts_of(document).empty()) << document;
    }
}

TEST(HostileManifest, HugeNumbersAreRefusedOrKept) {
    EXPECT_THAT(texts_of(entry_with("\"model_path\": \"m\", \"x\": 1e999")),
                Contains(HasSubstr("json-syntax:1: ")));
    const std::string digits(100'000, '9');
    EXPECT_FALSE(texts_of(entry_with("\"model_path\": \"m\", \"x\": " + digits)).empty());
    const auto texts = texts_of(
        "[{\"model\": \"m\", \"model_path\": \"m.onnx\", \"onnx_version\": "
        "\"1\", \"opset_version\": 99999999999999999999999}]");
    EXPECT_THAT(texts, Contains(HasSubstr("manifest-schema:1: opset_version must be")));
}

TEST(HostileManifest, PathsOfAllKindsAreUnsafe) {
    for (const std::string path :
         {"a\\u0000b", "\\u0000", "../x", "/etc/passwd", "a//b", "a/./b", "a\\\\b", "C:/x",
          "https://example.org/x", "a\\nb", "a\\u001b[2Jb", ".git/config", "a/.GIT/x", ""}) {
        EXPECT_THAT(texts_of(entry_with("\"model_path\": \"" + path + "\"")),
                    Contains(HasSubstr("unsafe-path:1: ")))
            << path;
    }
}

TEST(HostileManifest, SixtyMegabytesOfAnythingEnd) {
    const std::size_t size = 60'000'000;
    EXPECT_THAT(texts_of("[" + std::string(size, ' ')), Contains(HasSubstr("json-syntax:")));
    EXPECT_THAT(texts_of(entry_with("\"model_path\": \"" + std::string(size, 'a') + "\"")),
                Contains(HasSubstr("unsafe-path:1: ")));
    std::string entries = "[{}";
    while (entries.size() < 60'000) entries += ",{}";
    EXPECT_THAT(texts_of(entries + "]"),
                Contains(HasSubstr("manifest-schema:1: model is missing")));
    while (entries.size() < 1'000'000) entries += ",{}";
    EXPECT_THAT(texts_of(entries + "]"), ElementsAre(HasSubstr("json-syntax:1: ")));
}

TEST(HostileManifest, AThousandEqualEntriesAreToldOneByOne) {
    const std::string entry = healthy_hub().document().entries[0].text.copy();
    std::string text = "[\n    " + entry;
    for (int i = 0; i < 1000; ++i) text += ",\n    " + entry;
    std::size_t duplicates = 0;
    for (const Finding& finding : findings_of(text + "\n]")) {
        duplicates += finding.rule == "duplicate-entry";
    }
    EXPECT_EQ(duplicates, 1000u);
}

}  // namespace
}  // namespace onnxhub::test
