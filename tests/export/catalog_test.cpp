// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "hosting/export/catalog_path.h"
#include "hosting/export/catalog_scripts.h"
#include "hosting/export/folder_facts.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_folder.h"
#include "tests/support/hub_builder.h"
#include "tests/support/memory_tree.h"
#include "tests/support/repository_builder.h"

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

std::string catalog_page(const CatalogFacts& facts) {
    return catalog_files(facts).at(catalog_page_path);
}

/// The facts of all folders, from the files that the page names.
nlohmann::json folder_facts(const CatalogFacts& facts) {
    const auto files = catalog_files(facts);
    nlohmann::json all = nlohmann::json::object();
    for (const auto& [path, text] : files) {
        if (path.starts_with("catalog/facts-")) all.update(nlohmann::json::parse(text));
    }
    return all;
}

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
    const nlohmann::json folders = folder_facts(facts);
    EXPECT_EQ(folders["a"]["licence"], "see the README");
    EXPECT_EQ(folders["b"]["licence"], "bsd-3-clause");
    EXPECT_EQ(catalog_files(facts).at(folders["b"]["readme"]), facts.readmes.at("b"));
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
    EXPECT_EQ(folder_facts(facts)["a"]["elsewhere"], nlohmann::json::array({"far.onnx"}));
}

TEST(CatalogFacts, NameWhereElseTheModelsAre) {
    MemoryTree tree;
    tree.add("onnxhub.toml", "[peek]\nmirrors = [\"https://mirror.example/zoo/\"]\n");
    tree.set_origin({"https://github.com/Team/Models.git", ""});
    EXPECT_EQ(facts_of_tree(tree).origin, "team/models");
    EXPECT_THAT(facts_of_tree(tree).mirrors, ElementsAre("https://mirror.example/zoo/"));
    EXPECT_EQ(embedded_facts(catalog_page(facts_of_tree(tree)))["origin"], "team/models");
    for (const Origin& other : {Origin{"https://gitlab.com/team/models", ""},
                                Origin{"https://github.com/team/models", "zoo"}, Origin{"", ""}}) {
        tree.set_origin(other);
        EXPECT_EQ(facts_of_tree(tree).origin, "") << other.url;
    }
    tree.add("onnxhub.toml", "not TOML");
    EXPECT_THAT(facts_of_tree(tree).mirrors, testing::IsEmpty());
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

TEST(CatalogFacts, TheLicenceTextIsTheNearestAboveAModel) {
    MemoryTree tree;
    tree.add("LICENSE", "MIT").add("a/deep/COPYING", "BSD").add("a/deep/LICENSE", " \n");
    const CatalogFacts facts = facts_of_tree(tree);
    EXPECT_THAT(facts.licence_texts, ElementsAre(Pair("", "MIT"), Pair("a/deep", "BSD")));
    const nlohmann::json folders = folder_facts(facts);
    EXPECT_EQ(catalog_files(facts).at(folders["a/deep"]["licence_text"]), "BSD");
    EXPECT_EQ(catalog_files(facts).at(folders[""]["licence_text"]), "MIT");
}

/// A model in each of the folders 0, 1, …, with a file of `size` bytes beside it.
CatalogFacts facts_of_numbered_folders(std::size_t count, const std::string& file,
                                       std::size_t size) {
    MemoryTree tree;
    std::string manifest = "[";
    for (std::size_t i = 0; i < count; ++i) {
        const std::string folder = std::to_string(i);
        tree.add(folder + "/" + file, std::string(size, 'x'));
        manifest += std::string(i ? "," : "") + R"({"model": "m", "model_path": ")" + folder +
                    R"(/m.onnx", "onnx_version": "1", "opset_version": 1, "metadata": {}})";
    }
    return facts_of(tree, read_manifest(manifest + "]", "M.json"), "hub");
}

TEST(CatalogFacts, ReadmesAndLicencesHaveALimitTogether) {
    constexpr std::size_t size = 256 * 1024;
    constexpr std::size_t licences = licence_texts_size / size;
    EXPECT_EQ(facts_of_numbered_folders(licences + 1, "LICENSE", size).licence_texts.size(),
              licences);
    constexpr std::size_t readmes = readmes_size / size;
    EXPECT_EQ(facts_of_numbered_folders(readmes + 1, "README.md", size).readmes.size(), readmes);
}

/// Files of a working tree that are read through a link in one of their parent folders.
TEST(CatalogFacts, LinksLeadToFilesOfTheHubAlone) {
    const std::string png = "\x89PNG\r\n\x1a\n";
    const TemporaryFolder outside;
    for (const std::string name : {"README.md", "LICENSE"}) {
        write_file(outside.path() / name, "secret");
    }
    write_file(outside.path() / "x.png", png);
    const TemporaryFolder hub;
    write_file(hub.path() / "inside/README.md", "![](x.png) ![](../leaving/x.png)");
    write_file(hub.path() / "inside/x.png", png);
    std::filesystem::create_symlink(outside.path(), hub.path() / "leaving");
    std::filesystem::create_symlink("inside", hub.path() / "b");
    std::filesystem::create_symlink("leaving", hub.path() / "a");
    std::filesystem::create_symlink(outside.path() / "LICENSE", hub.path() / "LICENSE");
    const HubFolder opened = open_hub(hub.path(), std::nullopt);
    const CatalogFacts facts =
        facts_of(*opened.tree, read_manifest(manifest_of_two, "M.json"), "hub");
    EXPECT_THAT(facts.readmes, ElementsAre(Key("b")));
    EXPECT_THAT(facts.licence_texts, testing::IsEmpty());
    EXPECT_EQ(facts.licence, "");
    EXPECT_THAT(folder_facts(facts)["b"]["images"], testing::SizeIs(1));
}

TEST(CatalogFacts, SignaturesOfModelsAndFolders) {
    MemoryTree tree;
    tree.add("a/deep/model/a.onnx.sig", "{}").add("a/deep/model/model.sig", "{}");
    tree.add("b/model.sig", "{}");
    const CatalogFacts facts = facts_of_tree(tree);
    EXPECT_THAT(facts.signatures,
                ElementsAre(Pair("a/deep/model/a.onnx", "a/deep/model/a.onnx.sig"),
                            Pair("b/b.onnx", "b/model.sig")));
    EXPECT_EQ(folder_facts(facts)["b"]["signatures"]["b.onnx"], "b/model.sig");
}

TEST(CatalogFacts, ReadmesNameTheirImages) {
    MemoryTree tree;
    tree.add("a/README.md", "![x](x.png) ![y](https://y.example/y.png)");
    tree.add("a/x.png", "\x89PNG\r\n\x1a\n");
    const CatalogFacts facts = facts_of_tree(tree);
    const nlohmann::json images = folder_facts(facts)["a"]["images"];
    EXPECT_EQ(images.size(), 1u);
    EXPECT_EQ(catalog_files(facts).at(images["x.png"]), "\x89PNG\r\n\x1a\n");
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
    EXPECT_EQ(folder_facts(facts)["a"]["missing"], nlohmann::json::array({"b.onnx"}));
    EXPECT_TRUE(embedded_facts(catalog_page({}))["base_url"].is_null());
}

TEST(CatalogFiles, FactsAreDividedAndHaveNamesByContent) {
    CatalogFacts facts;
    const std::string prose = "# T\n\nThis is a model with words.\n\n" + std::string(20, 'x');
    for (int i = 0; i < 2000; ++i) facts.readmes["f" + std::to_string(10'000 + i)] = prose;
    facts.missing = {"m.onnx", "f10500/model/m.onnx"};
    const auto files = catalog_files(facts);
    const nlohmann::json listed = embedded_facts(files.at(catalog_page_path))["facts"];
    ASSERT_GT(listed.size(), 2U);
    EXPECT_EQ(listed[0][0], "");
    std::size_t folders = 0;
    for (const auto& file : listed) {
        const std::string& text = files.at(file[1]);
        EXPECT_LT(text.size(), facts_file_size + 1000);
        EXPECT_EQ(file[1], catalog_path("facts", text, ".json"));
        const nlohmann::json parsed = nlohmann::json::parse(text);
        EXPECT_EQ(parsed.begin().key(), file[0]);
        folders += parsed.size();
    }
    EXPECT_EQ(folders, 2002U);
    EXPECT_EQ(files.size(), listed.size() + 3 + catalog_scripts().size());
    EXPECT_TRUE(files.contains(catalog_feed_path));
    facts.has_no_files = true;
    EXPECT_FALSE(folder_facts(facts).contains(""));
    EXPECT_EQ(embedded_facts(catalog_page(facts))["has_no_files"], true);
}

TEST(CatalogFiles, AFolderHasSummaryWordsAndMetrics) {
    CatalogFacts facts;
    facts.readmes["a"] =
        "# A\n\nNames what a picture shows.\n\n|Model|Download|Accuracy|\n|---|---|---|\n"
        "|A|[x](m.onnx)|71|\n";
    const nlohmann::json folder = folder_facts(facts)["a"];
    EXPECT_EQ(folder["about"], "Names what a picture shows.");
    EXPECT_EQ(folder["metrics"]["m.onnx"], nlohmann::json::array({"Accuracy", "71"}));
    EXPECT_EQ(folder["words"], "accuracy download model names picture shows what");
    EXPECT_FALSE(folder.contains("missing"));
}

TEST(CatalogPage, StatesItsPolicy) {
    const std::string policy = catalog_policy();
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("script-src 'sha256-"));
    EXPECT_THAT(catalog_page({}), HasSubstr(policy));
}

}  // namespace
}  // namespace onnxhub::test
