// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "manifest/manifest_reader.h"
#include "tests/support/hub_builder.h"
#include "tests/support/memory_tree.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

constexpr const char* manifest_of_two = R"([
    {"model": "A", "model_path": "a/deep/model/a.onnx", "onnx_version": "1.9", "opset_version": 12,
     "metadata": {}},
    {"model": "B", "model_path": "b/b.onnx", "onnx_version": "1.9", "opset_version": 12,
     "metadata": {}},
    {"model": "unusable"}])";

CatalogFacts facts_of_tree(const MemoryTree& tree) {
    return facts_of(tree, parse_document(manifest_of_two), "folder.git");
}

nlohmann::json embedded_facts(const std::string& page) {
    const std::size_t begin = page.find("id=\"catalog\">") + 13;
    return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(CatalogFacts, ComeFromTheReadmes) {
    MemoryTree tree;
    tree.add("README.md", "# Team hub\n\n## License\n\nMIT, unless stated otherwise\n");
    tree.add("a/README.md", "# A\n\n## License\n\n" + std::string(61, 'x') + "\n");
    tree.add("b/README.md", "---\nlicense: bsd-3-clause\n---\n# B\n");
    const CatalogFacts facts = facts_of_tree(tree);
    EXPECT_EQ(facts.name, "Team hub");
    EXPECT_EQ(facts.licence, "MIT");
    EXPECT_THAT(facts.readmes, ElementsAre(Key("a"), Key("b")));
    EXPECT_THAT(facts.licences,
                ElementsAre(Pair("a", "see the README"), Pair("b", "bsd-3-clause")));
}

TEST(CatalogFacts, TheNearestReadmeAboveAModelCounts) {
    MemoryTree tree;
    tree.add("a/README.md", "# A\n").add("a/deep/README.md", "# Deep\n");
    EXPECT_THAT(facts_of_tree(tree).readmes, ElementsAre(Pair("a/deep", "# Deep\n")));
}

TEST(CatalogFacts, ModelsElsewhereAreThoseWithoutAFile) {
    const auto entry = [](const std::string& path, const std::string& sources) {
        return R"({"model": "m", "model_path": ")" + path +
               R"(", "onnx_version": "1", "opset_version": 1, "metadata": {"sources": )" + sources +
               "}}";
    };
    MemoryTree tree;
    tree.add("a/here.onnx", "bytes");
    const std::string urls = R"(["https://x.example/m"])";
    const std::string text = "[" + entry("a/here.onnx", urls) + "," + entry("a/far.onnx", urls) +
                             "," + entry("a/far.onnx", urls) + "," + entry("../x.onnx", urls) +
                             "," + entry("a/missing.onnx", "[]") + "]";
    const CatalogFacts facts = facts_of(tree, read_manifest(text, "M.json"), "folder");
    EXPECT_THAT(facts.elsewhere, ElementsAre("a/far.onnx"));
    EXPECT_EQ(embedded_facts(catalog_page(facts))["elsewhere"],
              nlohmann::json::array({"a/far.onnx"}));
}

TEST(CatalogFacts, WithoutATitleTheFolderNamesTheHub) {
    MemoryTree tree;
    EXPECT_EQ(facts_of_tree(tree).name, "folder");
    tree.add("README.md", "No title here.\n");
    EXPECT_EQ(facts_of_tree(tree).name, "folder");
}

TEST(CatalogFacts, TheLicenceFileSpeaksWhereTheReadmeIsSilent) {
    MemoryTree tree;
    tree.add("COPYING", "Redistribution is permitted.\n");
    EXPECT_EQ(facts_of_tree(tree).licence, "see COPYING");
    tree.add("LICENSE", "\n   # Apache License\n   Version 2.0\n");
    EXPECT_EQ(facts_of_tree(tree).licence, "Apache License (LICENSE)");
    tree.add("LICENSE", " \n");
    EXPECT_EQ(facts_of_tree(tree).licence, "see COPYING") << "an empty file says nothing";
}

TEST(CatalogFacts, WhatIsTooLargeOrUnreadableIsLeftOut) {
    MemoryTree tree;
    tree.add("README.md", "# Hub\n").add("a/README.md", "# A\n" + std::string(256 * 1024, 'x'));
    tree.add_unreadable("b/README.md", 10);
    EXPECT_THAT(facts_of_tree(tree).readmes, testing::IsEmpty());
}

TEST(CatalogPage, HoldsFactsThatMayBeAnything) {
    CatalogFacts facts;
    facts.name = "</script><!-- \"\\\n\xff";
    facts.base_url = "https://example.org/<hub>";
    facts.missing = {"a/b.onnx"};
    const std::string page = catalog_page(facts);
    const std::size_t begin = page.find("id=\"catalog\">") + 13;
    const std::string data = page.substr(begin, page.find("</script>", begin) - begin);
    EXPECT_EQ(data.find('<'), data.npos);
    const nlohmann::json embedded = embedded_facts(page);
    EXPECT_EQ(embedded["name"], "</script><!-- \"\\\n\ufffd");
    EXPECT_EQ(embedded["base_url"], "https://example.org/<hub>");
    EXPECT_EQ(embedded["missing"], nlohmann::json::array({"a/b.onnx"}));
    EXPECT_TRUE(embedded_facts(catalog_page({}))["base_url"].is_null());
}

TEST(CatalogPage, StatesItsPolicy) {
    const std::string policy = catalog_policy();
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("script-src 'sha256-"));
    EXPECT_THAT(catalog_page({}), HasSubstr(policy));
}

}  // namespace
}  // namespace onnxhub::test
