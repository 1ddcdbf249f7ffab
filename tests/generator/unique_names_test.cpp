// SPDX-License-Identifier: Apache-2.0
#include "generator/unique_names.h"

#include <gmock/gmock.h>

#include <set>

namespace onnxhub {
namespace {

using testing::ElementsAre;

NamedModel model(std::string name, std::string path, std::int64_t opset,
                 std::vector<std::string> distinguish = {}, std::size_t source = 0) {
    return {{std::move(name), std::move(path), opset}, source, std::move(distinguish), false};
}

std::vector<std::string> names_of(const std::vector<NamedModel>& models,
                                  const std::vector<EntryName>& present = {},
                                  const std::vector<EntryName>& taken = {}) {
    return unique_names(models, present, taken).names;
}

TEST(UniqueNames, ANameAtSeveralOpsetsNeedsNoAddition) {
    EXPECT_THAT(
        names_of({model("A", "a16/a.onnx", 16, {"x"}), model("A", "a17/a.onnx", 17, {"x"})}),
        ElementsAre("A", "A"));
}

TEST(UniqueNames, ACollisionAtOneOpsetIsResolvedAtAll) {
    EXPECT_THAT(names_of({model("A", "1.onnx", 16, {"timm"}), model("A", "2.onnx", 17, {"timm"}),
                          model("A", "3.onnx", 16, {"torch"})}),
                ElementsAre("A (timm)", "A (timm)", "A (torch)"));
}

TEST(UniqueNames, OnlyThoseThatStillCollideGetTheNextText) {
    EXPECT_THAT(
        names_of({model("A", "1.onnx", 16, {"hf", "one"}), model("A", "2.onnx", 16, {"hf", "two"}),
                  model("A", "3.onnx", 16, {"torch", "three"})}),
        ElementsAre("A (hf) (one)", "A (hf) (two)", "A (torch)"));
}

TEST(UniqueNames, ClientsCompareWithoutCase) {
    EXPECT_THAT(
        names_of({model("AlexNet", "1.onnx", 16, {"x"}), model("alexnet", "2.onnx", 16, {"y"})}),
        ElementsAre("AlexNet (x)", "alexnet (y)"));
    // Two spellings of one name, even without a common opset.
    EXPECT_THAT(
        names_of({model("AlexNet", "1.onnx", 9, {"x"}), model("alexnet", "2.onnx", 16, {"y"})}),
        ElementsAre("AlexNet (x)", "alexnet (y)"));
}

TEST(UniqueNames, NamesOfEarlierSourcesStay) {
    EXPECT_THAT(names_of({model("A", "2.onnx", 16, {"y"}, 1), model("A", "1.onnx", 16, {"x"}, 0)}),
                ElementsAre("A (y)", "A"));
}

TEST(UniqueNames, NamesOfTablesNeverChange) {
    std::vector<NamedModel> models{model("A", "1.onnx", 16), model("A", "2.onnx", 16, {"x"})};
    models[0].is_fixed = true;
    EXPECT_THAT(names_of(models, {{"A (old)", "1.onnx", 16}}), ElementsAre("A", "A (x)"));
}

TEST(UniqueNames, AModelKeepsTheNameOfItsEntry) {
    const std::vector<NamedModel> models{model("A", "1.onnx", 16, {"x"}),
                                         model("A", "0.onnx", 16, {"y"})};
    const UniqueNames names = unique_names(models, {{"A", "1.onnx", 16}}, {});
    EXPECT_THAT(names.names, ElementsAre("A", "A (y)"));
    EXPECT_THAT(names.distinguished, ElementsAre(1));
}

TEST(UniqueNames, AKeptAdditionIsNotReportedAgain) {
    const UniqueNames names =
        unique_names({model("A", "1.onnx", 16, {"x"})}, {{"A (x)", "1.onnx", 16}}, {});
    EXPECT_THAT(names.names, ElementsAre("A (x)"));
    EXPECT_TRUE(names.distinguished.empty());
}

TEST(UniqueNames, AnotherNameOfTheSourceReplacesThatOfTheEntry) {
    EXPECT_THAT(names_of({model("B", "1.onnx", 16, {"x"})}, {{"A", "1.onnx", 16}}),
                ElementsAre("B"));
}

TEST(UniqueNames, OfTwoEntriesWithOneNameOnlyOneKeepsIt) {
    EXPECT_THAT(names_of({model("A", "1.onnx", 16, {"x"}), model("A", "2.onnx", 16, {"y"})},
                         {{"A", "1.onnx", 16}, {"A", "2.onnx", 16}}),
                ElementsAre("A", "A (y)"));
}

TEST(UniqueNames, ANewOpsetIsNamedLikeTheOthersOfItsModel) {
    EXPECT_THAT(names_of({model("A", "1.onnx", 16, {"x"}), model("A", "2.onnx", 16, {"y"}),
                          model("A", "3.onnx", 17, {"y"}), model("A", "4.onnx", 17, {"x"})},
                         {{"A", "1.onnx", 16}, {"A (y)", "2.onnx", 16}}),
                ElementsAre("A", "A (y)", "A (y)", "A"));
}

TEST(UniqueNames, EntriesThatStayKeepTheirNames) {
    EXPECT_THAT(names_of({model("A", "1.onnx", 16, {"x"})}, {}, {{"a", "kept.onnx", 7}}),
                ElementsAre("A (x)"));
}

TEST(UniqueNames, TheShortestPartOfThePathIsLast) {
    EXPECT_THAT(names_of({model("model_float32", "115_MoveNet/saved/model_float32.onnx", 11),
                          model("model_float32", "116_Midas/saved/model_float32.onnx", 11),
                          model("model_float32", "117_Yolo/a/model_float32.onnx", 11),
                          model("model_float32", "117_Yolo/b/model_float32.onnx", 11)}),
                ElementsAre("model_float32 (115_MoveNet)", "model_float32 (116_Midas)",
                            "model_float32 (a)", "model_float32 (b)"));
}

TEST(UniqueNames, APathWhosePartsAllOccurElsewhereIsWrittenWhole) {
    const auto names = names_of({model("m", "a/b/m.onnx", 1), model("m", "a/c/m.onnx", 1),
                                 model("m", "b/c/m.onnx", 1), model("m", "x/a/b/m.onnx", 1)});
    EXPECT_EQ(std::set(names.begin(), names.end()).size(), 4u);
    EXPECT_EQ(names[0], "m (a/b/m.onnx)");
}

/// Every result is unique and spelled alike, however the inputs collide, and a second run with the
/// result as present entries changes nothing.
TEST(UniqueNames, HoldsForManyCollisions) {
    std::vector<NamedModel> models;
    for (std::size_t i = 0; i < 3000; ++i) {
        models.push_back(model(
            i % 3 ? "model" : "Model", std::to_string(i % 7) + "/" + std::to_string(i) + "/m.onnx",
            static_cast<std::int64_t>(10 + i % 2), {i % 5 ? "a" : "b", i % 11 ? "" : "c"}, i % 2));
    }
    const auto names = names_of(models);
    std::set<std::pair<std::string, std::int64_t>> used;
    std::vector<EntryName> present;
    for (std::size_t i = 0; i < models.size(); ++i) {
        EXPECT_TRUE(used.insert({names[i], models[i].wanted.opset_version}).second) << names[i];
        present.push_back({names[i], models[i].wanted.model_path, models[i].wanted.opset_version});
    }
    EXPECT_EQ(names_of(models, present), names);
}

}  // namespace
}  // namespace onnxhub
