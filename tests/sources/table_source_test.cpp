// SPDX-License-Identifier: Apache-2.0
// Tables with columns that the settings name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/hub_rows.h"
#include "tests/support/memory_tree.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* table_settings =
    "[[source]]\n"
    "kind = \"tables\"\n"
    "readmes = [\"**/README.md\"]\n"
    "columns = { name = [\"Model\", \"Models\"], model = [\"Link\", \"Download\"], opset = "
    "[\"Opset\"], license = [\"License\"], tags = [\"Tags\"], test_data = [\"Test data\"] }\n";

struct ReadTables {
    HubRows hub;
    Diagnostics diagnostics;

    std::vector<std::string> rules() const {
        std::vector<std::string> rules;
        for (const Diagnostic& one : diagnostics.all()) {
            rules.push_back(one.rule + " " + one.file + ":" + std::to_string(one.line));
        }
        return rules;
    }
};

ReadTables read(const MemoryTree& tree, const std::string& settings = table_settings,
                unsigned jobs = 1) {
    ReadTables result;
    const Settings parsed = parse_settings(settings, "onnxhub.toml", result.diagnostics);
    result.hub = read_hub_rows(tree, parsed, jobs, result.diagnostics);
    return result;
}

MemoryTree tree_with(const std::string& readme) {
    MemoryTree tree;
    tree.add("a/README.md", readme).add("a/m.onnx", "").add("a/n.onnx", "").add("a/m.tar.gz", "");
    return tree;
}

TEST(TableSource, ReadsTheNamedColumns) {
    const ReadTables tables = read(tree_with(
        "# A\n\n| Models | Opset | Tags | License | Download | Test data |\n|-|-|-|-|-|-|\n"
        "| Em | 13 | vision, small | apache 2.0 | [m](m.onnx) | [t](m.tar.gz) |\n"
        "| En | - | | N/A | [n](./n.onnx) | |\n"));
    EXPECT_THAT(tables.rules(), IsEmpty());
    ASSERT_EQ(tables.hub.models.size(), 2u);
    const ModelRow& first = tables.hub.models[0];
    EXPECT_EQ(first.name, "Em");
    EXPECT_EQ(first.model_path, "a/m.onnx");
    EXPECT_EQ(first.opset_version, 13);
    EXPECT_EQ(first.archive_path, "a/m.tar.gz");
    EXPECT_EQ(first.source_file, "a/README.md");
    EXPECT_EQ(first.line, 5);
    EXPECT_THAT(first.tags, ElementsAre("vision", "small"));
    EXPECT_EQ(first.stated->about.license, "Apache-2.0");
    EXPECT_EQ(tables.hub.models[1].opset_version, 0);
    EXPECT_FALSE(tables.hub.models[1].stated->about.license);
}

TEST(TableSource, ReadsHtmlTables) {
    const ReadTables tables =
        read(tree_with("<table>\n<tr><th>Model</th><th>Link</th></tr>\n"
                       "<tr><td>Em</td><td><a href=\"m.onnx\">get</a></td></tr>\n</table>\n\n"
                       "| Model | Link |\n|-|-|\n| En | [n](n.onnx) |\n"));
    EXPECT_THAT(tables.rules(), IsEmpty());
    ASSERT_EQ(tables.hub.models.size(), 2u);
    EXPECT_EQ(tables.hub.models[0].name, "Em");
    EXPECT_EQ(tables.hub.models[0].line, 3);
    EXPECT_EQ(tables.hub.models[1].name, "En");
}

TEST(TableSource, SeveralLinksAreSeveralModels) {
    const std::string settings = std::string(table_settings) + "name = \"{name} {link}\"\n";
    const ReadTables tables = read(
        tree_with("| Model | Link |\n|-|-|\n| M | [fp32](m.onnx), [int8](n.onnx) |\n"), settings);
    ASSERT_EQ(tables.hub.models.size(), 2u);
    EXPECT_EQ(tables.hub.models[0].name, "M fp32");
    EXPECT_EQ(tables.hub.models[1].name, "M int8");
}

TEST(TableSource, ALinkToAFolderMeansItsOnlyModel) {
    MemoryTree tree = tree_with(
        "| Model | Link |\n|-|-|\n| One | [x](one) |\n| Two | [x](two) |\n| None | [x](none) |\n");
    tree.add("a/one/x.onnx", "").add("a/two/x.onnx", "").add("a/two/y.onnx", "");
    const ReadTables tables = read(tree);
    ASSERT_EQ(tables.hub.models.size(), 1u);
    EXPECT_EQ(tables.hub.models[0].model_path, "a/one/x.onnx");
    EXPECT_THAT(tables.rules(), Contains("row-no-link a/README.md:4"));
    EXPECT_THAT(tables.rules(), Contains("table-row-without-model a/README.md:5"));
}

TEST(TableSource, LinksToOtherSitesAreModelsElsewhere) {
    const ReadTables tables =
        read(tree_with("| Model | Link |\n|-|-|\n"
                       "| Far | [x](https://models.example/v1/far.onnx) |\n"
                       "| Page | [x](https://example.org/page) |\n"
                       "| Zip | [x](https://example.org/m.zip) |\n"
                       "| Plain | [x](http://models.example/p.onnx) |\n"
                       "| Secret | [x](https://user:word@models.example/s.onnx) |\n"));
    ASSERT_EQ(tables.hub.models.size(), 1u);
    EXPECT_EQ(tables.hub.models[0].model_path, "a/far.onnx");
    EXPECT_THAT(tables.hub.models[0].stated->urls,
                ElementsAre("https://models.example/v1/far.onnx"));
    EXPECT_THAT(tables.rules(), Contains("table-row-without-model a/README.md:4"));
    EXPECT_THAT(tables.rules(), Contains("source-url-other-format a/README.md:5"));
    EXPECT_THAT(to_text(tables.diagnostics.all().at(1)),
                HasSubstr("m.zip\" names an archive, which is not supported"));
    EXPECT_THAT(tables.rules(), Contains("source-url-unusable a/README.md:6"));
    EXPECT_THAT(tables.rules(), Contains("source-url-unusable a/README.md:7"));
    EXPECT_EQ(tables.hub.broken.size(), 2u);
}

TEST(TableSource, UrlsOfTheHubsOwnRepositoryAreItsFiles) {
    const std::string readme =
        "| Model | Link | Test data |\n|-|-|-|\n"
        "| Em | [x](https://github.com/Org/Hub/raw/main/a/m.onnx) | "
        "[t](https://github.com/org/hub/blob/main/a/m.tar.gz) |\n"
        "| Other | [x](https://github.com/org/hub2/raw/main/a/n.onnx) | |\n"
        "| Up | [x](https://github.com/org/hub/raw/main/%2e%2e/n.onnx) | |\n";
    const std::string own = "[generate]\nrepository = \"https://github.com/org/hub\"\n";
    const ReadTables tables = read(tree_with(readme), own + table_settings);
    ASSERT_EQ(tables.hub.models.size(), 2u);
    EXPECT_EQ(tables.hub.models[0].model_path, "a/m.onnx");
    EXPECT_EQ(tables.hub.models[0].archive_path, "a/m.tar.gz");
    EXPECT_THAT(tables.hub.models[0].stated->urls, IsEmpty());
    EXPECT_EQ(tables.hub.models[1].name, "Other");
    EXPECT_EQ(tables.hub.models[1].stated->urls.size(), 1u);
    EXPECT_THAT(tables.rules(), Contains("row-unsafe-path a/README.md:5"));
}

TEST(TableSource, PathsOutOfTheHubAreRefused) {
    const ReadTables tables =
        read(tree_with("| Model | Link |\n|-|-|\n| Up | [x](../../etc/m.onnx) |\n"));
    EXPECT_THAT(tables.hub.models, IsEmpty());
    EXPECT_THAT(tables.rules(), Contains("row-unsafe-path a/README.md:3"));
}

TEST(TableSource, ABrokenReadmeStopsNoOther) {
    MemoryTree tree = tree_with("| Model | Link |\n|-|-|\n| M | [m](m.onnx) |\n");
    tree.add("b/README.md", "<<<<<<< HEAD\n| Model | Link |\n|-|-|\n=======\n>>>>>>> x\n");
    tree.add("c/README.md", std::string("\0binary", 7));
    const ReadTables tables = read(tree);
    EXPECT_EQ(tables.hub.models.size(), 1u);
    EXPECT_THAT(tables.hub.lost_readmes, ElementsAre("b/README.md", "c/README.md"));
    EXPECT_THAT(tables.rules(), Contains("readme-conflict b/README.md:1"));
}

TEST(TableSource, TheRootReadmeLeadsToTheOthers) {
    const std::string settings =
        "[[source]]\nkind = \"tables\"\ncolumns = { name = [\"Model\"], model = [\"Link\"] }\n";
    MemoryTree tree = tree_with("| Model | Link |\n|-|-|\n| M | [m](m.onnx) |\n");
    tree.add("README.md", "| Task | Folder |\n|-|-|\n| A | [here](a) |\n");
    tree.add("b/README.md", "| Model | Link |\n|-|-|\n| B | [b](b.onnx) |\n");
    const ReadTables tables = read(tree, settings);
    ASSERT_EQ(tables.hub.models.size(), 1u);
    EXPECT_EQ(tables.hub.models[0].name, "M");
}

TEST(TableSource, OtherReadmesMayHaveTheOfficialColumns) {
    const std::string settings =
        "[[source]]\nkind = \"tables\"\nreadmes = [\"a/README.md\"]\nname = \"{name}!\"\n";
    const ReadTables tables =
        read(tree_with("| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n"
                       "| M | [m](m.onnx) | 1.8 | 13 |\n"),
             settings);
    ASSERT_EQ(tables.hub.models.size(), 1u);
    EXPECT_EQ(tables.hub.models[0].name, "M!");
    EXPECT_EQ(tables.hub.models[0].onnx_version, "1.8");
    EXPECT_EQ(tables.hub.models[0].opset_version, 13);
}

TEST(TableSource, TheNumberOfThreadsChangesNothing) {
    MemoryTree tree;
    for (int i = 0; i < 40; ++i) {
        const std::string folder = "f" + std::to_string(i);
        tree.add(folder + "/m.onnx", "");
        tree.add(folder + "/README.md",
                 "| Model | Link |\n|-|-|\n| M | [m](m.onnx) |\n| X | text |\n");
    }
    const ReadTables one = read(tree, table_settings, 1);
    const ReadTables eight = read(tree, table_settings, 8);
    EXPECT_EQ(one.rules(), eight.rules());
    ASSERT_EQ(one.hub.models.size(), 40u);
    for (std::size_t i = 0; i < 40; ++i) {
        EXPECT_TRUE(one.hub.models[i].says_the_same(eight.hub.models[i]));
    }
}

}  // namespace
}  // namespace onnxhub
