// SPDX-License-Identifier: Apache-2.0
#include "sources/readme_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string mnist_readme = "vision/image_classification/mnist/README.md";
const std::string table_head =
    "|Model|Download|Download (with sample test data)|ONNX version|Opset version|\n"
    "|-----|--------|-------------------------------|------------|-------------|\n";

struct ModelsAndReports {
    std::vector<ModelRow> models;
    std::vector<Diagnostic> reports;
};

ModelsAndReports read_models(const std::string& markdown, const std::string& path = mnist_readme) {
    Diagnostics diagnostics;
    auto models = parse_model_tables(markdown, path, diagnostics).models;
    return {std::move(models), diagnostics.all()};
}

ModelRow read_model(const std::string& row) {
    auto [models, reports] = read_models(table_head + row + "\n");
    EXPECT_THAT(reports, IsEmpty()) << row;
    if (models.size() == 1) return models[0];
    ADD_FAILURE() << "no model: " << row;
    return {};
}

/// Where a link of the column Download leads.
std::string path_of(const std::string& link) {
    return read_model("|MNIST|[5 KB](" + link + ")||1.2|7|").model_path;
}

/// The rules a row is reported for; it gives no model.
std::vector<std::string> rules_of(const std::string& row) {
    const auto [models, reports] = read_models(table_head + row + "\n");
    EXPECT_THAT(models, IsEmpty()) << row;
    std::vector<std::string> rules;
    for (const Diagnostic& report : reports) {
        EXPECT_EQ(report.severity, Severity::error);
        EXPECT_EQ(report.file, mnist_readme);
        EXPECT_EQ(report.line, 3);
        EXPECT_NE(report.hint, "");
        rules.push_back(report.rule);
    }
    return rules;
}

struct FoldersAndReports {
    ModelFolders root;
    std::vector<Diagnostic> reports;
};

FoldersAndReports read_folders(const std::string& cells) {
    Diagnostics diagnostics;
    auto root =
        parse_model_folders("|Model Class|Reference|\n|-|-|\n" + cells, "README.md", diagnostics);
    return {std::move(root), diagnostics.all()};
}

std::vector<std::string> paths_of(const ModelFolders& root) {
    std::vector<std::string> paths;
    for (const ModelFolder& folder : root.folders) paths.push_back(folder.path);
    return paths;
}

TEST(ReadmeTable, RowGivesEverythingItSays) {
    const auto model =
        read_model("|**MNIST**|[26 KB](model/mnist-8.onnx)|[29 KB](model/mnist-8.tar.gz)|1.3| 8 |");
    EXPECT_EQ(model.source_file, mnist_readme);
    EXPECT_EQ(model.line, 3);
    EXPECT_EQ(model.name, "MNIST");
    EXPECT_EQ(model.model_path, "vision/image_classification/mnist/model/mnist-8.onnx");
    EXPECT_EQ(model.archive_path, "vision/image_classification/mnist/model/mnist-8.tar.gz");
    EXPECT_EQ(model.onnx_version, "1.3");
    EXPECT_EQ(model.opset_version, 8);
    EXPECT_THAT(model.tags, ElementsAre("vision", "image classification", "mnist"));
}

TEST(ReadmeTable, ColumnsAreFoundByNameInAnyOrderAndCase) {
    const auto [models, reports] = read_models(
        "| OPSET   Version | *Notes* | ONNX Version | download | **Model** |\n|-|-|-|-|-|\n"
        "| 9 | none | 1.4.1 | <a href='m.onnx'>5 KB</a> | MNIST |\n");
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].name, "MNIST");
    EXPECT_EQ(models[0].opset_version, 9);
    EXPECT_FALSE(models[0].archive_path);
    EXPECT_THAT(reports, IsEmpty());
}

TEST(ReadmeTable, OtherTablesAreProse) {
    const auto [models, reports] =
        read_models("|Model|Download|\n|-|-|\n|a|[b](c)|\n\n|Metric|Value|\n|-|-|\n|x|y|\n\n" +
                    table_head + "|MNIST|[5 KB](m.onnx)||1.2|7|\n");
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].line, 11);
    EXPECT_THAT(reports, IsEmpty());
}

TEST(ReadmeTable, MisspelledColumnIsAWarning) {
    const auto [models, reports] = read_models(
        "text\n\n|Model|Download|ONNX verison|Opset version|\n|-|-|-|-|\n|a|[b](c)|1.2|7|\n");
    EXPECT_THAT(models, IsEmpty());
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].severity, Severity::warning);
    EXPECT_EQ(reports[0].rule, "column-misspelled");
    EXPECT_EQ(reports[0].line, 3);
    EXPECT_THAT(reports[0].message, HasSubstr("\"ONNX verison\" looks like \"ONNX version\""));
}

TEST(ReadmeTable, LinksAreFollowedAsOnGitHub) {
    const std::string folder = "vision/image_classification/mnist/";
    const std::pair<const char*, std::string> links_and_paths[] = {
        {"m.onnx", folder + "m.onnx"},
        {"./model//m.onnx", folder + "model/m.onnx"},
        {"../resnet/m.onnx", "vision/image_classification/resnet/m.onnx"},
        {"/text/m.onnx", "text/m.onnx"},
        {"my%20model.onnx", folder + "my model.onnx"},
        {"<my model.onnx>", folder + "my model.onnx"},
        {"m.onnx?raw=true#top", folder + "m.onnx"},
        {"m%23.onnx", folder + "m#.onnx"},
        {"100%.onnx", folder + "100%.onnx"},
        {"%zz%4.onnx", folder + "%zz%4.onnx"},
        {"%C3%A9.onnx", folder + "é.onnx"},
    };
    for (const auto& [link, path] : links_and_paths) {
        EXPECT_EQ(path_of(link), path) << link;
    }
}

TEST(ReadmeTable, LinksThatLeaveTheRepositoryAreErrors) {
    const std::pair<const char*, const char*> links_and_rules[] = {
        {"https://example.org/m.onnx", "row-absolute-url"},
        {"HTTP://example.org/m.onnx", "row-absolute-url"},
        {"//example.org/m.onnx", "row-absolute-url"},
        {"mailto:a@example.org", "row-absolute-url"},
        {"../../../../m.onnx", "row-unsafe-path"},
        {"%2e%2e/%2e%2e/../../m.onnx", "row-unsafe-path"},
        {"%2Fetc/passwd", "row-unsafe-path"},
        {"/%2Fetc/passwd", "row-unsafe-path"},
        {"a%00.onnx", "row-unsafe-path"},
        {"a%0A.onnx", "row-unsafe-path"},
        {"a%5Cb.onnx", "row-unsafe-path"},
        {"C:%5Cm.onnx", "row-unsafe-path"},
        {"%ff.onnx", "row-unsafe-path"},
        {".git/config", "row-unsafe-path"},
        {"../../..", "row-unsafe-path"},
    };
    for (const auto& [link, rule] : links_and_rules) {
        EXPECT_THAT(rules_of("|MNIST|[5 KB](" + std::string(link) + ")||1.2|7|"), ElementsAre(rule))
            << link;
        EXPECT_THAT(rules_of("|MNIST|[5 KB](m.onnx)|[a](" + std::string(link) + ")|1.2|7|"),
                    ElementsAre(rule))
            << link;
    }
}

TEST(ReadmeTable, UrlsOfTheHubsOwnRepositoryArePaths) {
    const auto own = parse_repository_url("https://github.com/org/hub");
    Diagnostics diagnostics;
    const ModelFolders folders = parse_model_folders(
        "|Model Class|\n|-|\n|[A](https://github.com/org/hub/tree/main/vision/a)|\n", "README.md",
        diagnostics, own);
    ASSERT_EQ(folders.folders.size(), 1u);
    EXPECT_EQ(folders.folders[0].path, "vision/a");
    const ModelTables tables = parse_model_tables(
        "|Model|Download|ONNX version|Opset version|\n|-|-|-|-|\n"
        "|A|[1 KB](https://github.com/org/hub/blob/main/vision/a/m.onnx)|1.2|7|\n",
        "vision/a/README.md", diagnostics, own);
    ASSERT_EQ(tables.models.size(), 1u);
    EXPECT_EQ(tables.models[0].model_path, "vision/a/m.onnx");
    EXPECT_TRUE(diagnostics.all().empty());
}

TEST(ReadmeTable, RowsThatCannotBeUsedAreErrorsAtTheirLine) {
    const std::pair<const char*, const char*> rows_and_rules[] = {
        {"|MNIST|5 KB||1.2|7|", "row-no-link"},
        {"|MNIST|[5 KB]()||1.2|7|", "row-no-link"},
        {"|MNIST|||1.2|7|", "row-no-link"},
        {"||[5 KB](m.onnx)||1.2|7|", "row-no-model"},
        {"|MNIST|[5 KB](m.onnx)|||7|", "row-no-onnx-version"},
        {"|MNIST|[5 KB](m.onnx)||1.2||", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|seven|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|7, 8|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|+7|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|7.0|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|0|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|-7|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|1001|", "row-bad-opset"},
        {"|MNIST|[5 KB](m.onnx)||1.2|99999999999999999999|", "row-bad-opset"},
    };
    for (const auto& [row, rule] : rows_and_rules) {
        EXPECT_THAT(rules_of(row), ElementsAre(rule)) << row;
    }
    EXPECT_EQ(read_model("|MNIST|[5 KB](m.onnx)||1.2|1000|").opset_version, 1000);
}

TEST(ReadmeTable, EverythingWrongWithARowIsTold) {
    EXPECT_THAT(rules_of("|MNIST|[5 KB](https://x.org/m)|[a](//y.org)||x|"),
                ElementsAre("row-absolute-url", "row-absolute-url", "row-no-onnx-version",
                            "row-bad-opset"));
}

TEST(ReadmeTable, ReadingGoesOnAfterABrokenRow) {
    const auto [models, reports] = read_models(
        table_head +
        "|A|5 KB||1.2|7|\n|B|[5 KB](b.onnx)||1.2|7|\n||||||\n|C|[5 KB](c.onnx)||1.2|x|\n");
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].name, "B");
    ASSERT_EQ(reports.size(), 2u);
    EXPECT_EQ(reports[0].line, 3);
    EXPECT_EQ(reports[1].line, 6);
}

TEST(ReadmeTable, EmptyRowsAreSkippedSilently) {
    EXPECT_THAT(rules_of("||||||"), IsEmpty());
    EXPECT_THAT(rules_of("| &nbsp; | <br> || 1.2 | 7 |"), IsEmpty());
}

TEST(ReadmeTable, RepeatedRowIsAWarningAndLeftOut) {
    const auto [models, reports] = read_models(
        table_head +
        "|A|[5 KB](a.onnx)||1.2|7|\n|A|[6 KB](./a.onnx#x)||1.2| 7|\n|A|[5 KB](a.onnx)||1.2|8|\n");
    ASSERT_EQ(models.size(), 2u);
    EXPECT_FALSE(models[0].says_the_same(models[1]));
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].severity, Severity::warning);
    EXPECT_EQ(reports[0].rule, "row-duplicate");
    EXPECT_EQ(reports[0].line, 4);
    EXPECT_THAT(reports[0].message, HasSubstr("line 3"));
}

TEST(ReadmeTable, RowsSayTheSameWhereverTheyStand) {
    const auto first = read_models(table_head + "|A|[5 KB](/a.onnx)||1.2|7|\n").models.at(0);
    auto second = read_models("\n\n" + table_head + "|A|[5 KB](/a.onnx)||1.2|7|\n").models.at(0);
    EXPECT_TRUE(first.says_the_same(second));
    second.tags.push_back("preprocessing");
    EXPECT_FALSE(first.says_the_same(second));
}

TEST(ReadmeTable, LinkThroughPreprocIsTagged) {
    EXPECT_THAT(read_model("|A|[5 KB](preproc/a.onnx)||1.2|7|").tags,
                ElementsAre("vision", "image classification", "mnist", "preprocessing"));
    EXPECT_THAT(read_model("|A|[5 KB](x/preprocessing/preproc.onnx)||1.2|7|").tags,
                ElementsAre("vision", "image classification", "mnist"));
}

TEST(ReadmeTable, RootReadmeHasNoTags) {
    const auto [models, reports] =
        read_models(table_head + "|A|[5 KB](a.onnx)||1.2|7|\n", "README.md");
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].model_path, "a.onnx");
    EXPECT_THAT(models[0].tags, IsEmpty());
}

TEST(ReadmeTable, LinkedNameIsItsHtmlWithAWarning) {
    const auto [models, reports] =
        read_models(table_head + "|[A<B](https://x.org/?a=1&b=\"2\")|[5 KB](a.onnx)||1.2|7|\n");
    ASSERT_EQ(models.size(), 1u);
    EXPECT_EQ(models[0].name, "<a href=\"https://x.org/?a=1&amp;b=&quot;2&quot;\">A&lt;B</a>");
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].severity, Severity::warning);
    EXPECT_EQ(reports[0].rule, "row-name-is-link");
}

TEST(ReadmeTable, NotEveryReadmeHasTables) {
    EXPECT_THAT(read_models("").models, IsEmpty());
    EXPECT_THAT(read_models("# MNIST\n\ntext\n").reports, IsEmpty());
}

TEST(ReadmeTable, HundredThousandRowsAreRead) {
    std::string markdown = table_head;
    for (int i = 0; i < 100'000; ++i) {
        markdown += "|M" + std::to_string(i) + "|[5 KB](model/m.onnx)||1.2|7|\n";
    }
    const auto [models, reports] = read_models(markdown);
    EXPECT_EQ(models.size(), 100'000u);
    EXPECT_EQ(models.back().line, 100'002);
    EXPECT_THAT(reports, IsEmpty());
}

TEST(ModelFolders, FirstLinkOfModelClassIsAFolder) {
    const auto [root, reports] = read_folders(
        "|<b>[MNIST](vision/mnist)</b>|[paper](https://example.org)|\n"
        "|<b>[Bert](text/bert) [other](x)|[paper](y)|\n"
        "|<a href=\"audio\">Audio</a>||\n");
    EXPECT_TRUE(root.has_table);
    EXPECT_THAT(root.folders,
                ElementsAre(ModelFolder{"audio", 5, 1}, ModelFolder{"text/bert", 4, 1},
                            ModelFolder{"vision/mnist", 3, 1}));
    EXPECT_THAT(reports, IsEmpty());
}

TEST(ModelFolders, FolderIsVisitedOnceHoweverItIsLinked) {
    const auto [root, reports] = read_folders(
        "|[a](b)||\n|[a](b/)||\n|[a](./b/README.md)||\n|[a](/b#anchor)||\n|[a](b?x)||\n");
    EXPECT_THAT(root.folders, ElementsAre(ModelFolder{"b", 3, 1}));
    EXPECT_THAT(reports, IsEmpty());
}

TEST(ModelFolders, RootItselfMayHoldModels) {
    EXPECT_THAT(paths_of(read_folders("|[here](.)||\n").root), ElementsAre(""));
    EXPECT_THAT(paths_of(read_folders("|[here](README.md)||\n").root), ElementsAre(""));
    EXPECT_THAT(paths_of(read_folders("|[here](#models)||\n").root), ElementsAre(""));
}

TEST(ModelFolders, CellWithoutALinkIsANote) {
    const auto [root, reports] = read_folders("|Wanted|[paper](x)|\n|||\n");
    EXPECT_THAT(root.folders, IsEmpty());
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].severity, Severity::note);
    EXPECT_EQ(reports[0].rule, "folder-no-link");
    EXPECT_EQ(reports[0].line, 3);
}

TEST(ModelFolders, LinkThatCannotBeUsedIsAnError) {
    const std::pair<const char*, const char*> links_and_rules[] = {
        {"https://github.com/onnx/models", "folder-absolute-url"},
        {"../other", "folder-unsafe-path"},
        {"a%00b", "folder-unsafe-path"},
    };
    for (const auto& [link, rule] : links_and_rules) {
        const auto [root, reports] = read_folders("|[a](" + std::string(link) + ")||\n|[b](b)||\n");
        EXPECT_THAT(paths_of(root), ElementsAre("b"));
        ASSERT_EQ(reports.size(), 1u) << link;
        EXPECT_EQ(reports[0].severity, Severity::error);
        EXPECT_EQ(reports[0].rule, rule);
    }
}

TEST(ModelFolders, MisspelledColumnIsAWarning) {
    Diagnostics diagnostics;
    const auto root =
        parse_model_folders("|ModelClass|\n|-|\n|[a](b)|\n", "README.md", diagnostics);
    EXPECT_FALSE(root.has_table);
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].severity, Severity::warning);
    EXPECT_EQ(diagnostics.all()[0].rule, "column-misspelled");
    EXPECT_EQ(diagnostics.all()[0].line, 1);
}

TEST(ModelFolders, DocumentMayHaveNoTable) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_model_folders("# Hub\n", "README.md", diagnostics).has_table);
    EXPECT_THAT(diagnostics.all(), IsEmpty());
}

}  // namespace
}  // namespace onnxhub
