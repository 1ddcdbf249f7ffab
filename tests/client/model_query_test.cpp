// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_builder.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Entry entry(const std::string& model, const std::string& path, std::int64_t opset,
            const std::string& version, std::vector<std::string> tags = {"vision"}) {
    Entry entry;
    entry.model = model;
    entry.model_path = path;
    entry.onnx_version = version;
    entry.opset_version = opset;
    entry.tags = std::move(tags);
    entry.content.size_bytes = static_cast<std::uint64_t>(opset) * 1000;
    entry.io_ports = IoPorts{{{"x", {}, opset > 10 ? "tensor(uint8)" : "tensor(float)"}}, {}};
    return entry;
}

ManifestDocument document() {
    std::vector<std::string> texts;
    for (const Entry& one :
         {entry("MNIST", "a/mnist-8.onnx", 8, "1.3"), entry("mnist", "a/mnist-12.onnx", 12, "1.7"),
          entry("MNIST", "a/mnist-7.onnx", 7, "1.2"),
          entry("ResNet18", "b/r18.onnx", 7, "1.2", {"Big", "old"}),
          entry("ResNet50", "b/r50.onnx", 7, "1.2"), entry("Twin", "c/one.onnx", 7, "1.2"),
          entry("Twin", "c/other.onnx", 7, "1.2")}) {
        texts.push_back(entry_text(to_json(one)));
    }
    texts.push_back("{\"model\": \"broken\"}");
    return test::parse_document(manifest_text(texts));
}

std::vector<std::string> paths(const ModelFilter& filter) {
    const ManifestDocument hub = document();
    std::vector<std::string> found;
    for (const ManifestEntry* entry : list_models(hub, filter))
        found.push_back(entry->entry->model_path);
    return found;
}

std::string info(const std::string& model, const VersionConstraint& constraint = {{}, {}, {}}) {
    const ManifestDocument hub = document();
    const auto found = get_model_info(hub, model, constraint);
    if (const auto* none = std::get_if<ModelNotFound>(&found))
        return none->message + "; " + none->hint;
    return std::get<const ManifestEntry*>(found)->entry->model_path;
}

ModelFilter filter() {
    return {{}, {}, {}, {}, {}};
}

TEST(ListModels, GivesAllThatCanBeUsedInTheirOrder) {
    EXPECT_EQ(paths(filter()).size(), 7u);
    EXPECT_EQ(paths(filter()).front(), "a/mnist-8.onnx");
}

TEST(ListModels, NamesAreComparedWholeAndWithoutCase) {
    ModelFilter by_name = filter();
    by_name.model = "Mnist";
    EXPECT_THAT(paths(by_name), ElementsAre("a/mnist-8.onnx", "a/mnist-12.onnx", "a/mnist-7.onnx"));
    by_name.model = "mnis";
    EXPECT_THAT(paths(by_name), IsEmpty());
}

TEST(ListModels, AnyTagIsEnoughAndCaseDoesNotMatter) {
    ModelFilter by_tag = filter();
    by_tag.tags = {"nothing", "BIG"};
    EXPECT_THAT(paths(by_tag), ElementsAre("b/r18.onnx"));
}

TEST(ListModels, OpsetSizeAndPortTypeNarrow) {
    ModelFilter one = filter();
    one.opset = 12;
    EXPECT_THAT(paths(one), ElementsAre("a/mnist-12.onnx"));
    one = filter();
    one.max_bytes = 7999;
    EXPECT_EQ(paths(one).size(), 5u);
    for (const char* type : {"uint8", "tensor(uint8)"}) {
        one = filter();
        one.port_type = type;
        EXPECT_THAT(paths(one), ElementsAre("a/mnist-12.onnx"));
    }
}

TEST(GetModelInfo, TakesTheLargestOpset) {
    EXPECT_EQ(info("MNIST"), "a/mnist-12.onnx");
}

TEST(GetModelInfo, TakesWhatAnOlderRuntimeCanLoad) {
    EXPECT_EQ(info("MNIST", {8, {}, {}}), "a/mnist-8.onnx");
    EXPECT_EQ(info("MNIST", {{}, 11, {}}), "a/mnist-8.onnx");
    EXPECT_EQ(info("MNIST", {{}, {}, 6}), "a/mnist-8.onnx");
    EXPECT_EQ(info("MNIST", {{}, {}, 7}), "a/mnist-12.onnx");
}

TEST(GetModelInfo, SaysWhichOpsetsThereAre) {
    EXPECT_EQ(info("MNIST", {9, {}, {}}),
              "\"MNIST\" has no version with opset 9; it has the opsets 7, 8, 12");
    EXPECT_THAT(info("MNIST", {{}, 6, {}}), HasSubstr("old enough; it has the opsets 7, 8, 12"));
}

TEST(GetModelInfo, SuggestsNearNames) {
    EXPECT_EQ(info("ResNet51"), "the hub has no model \"ResNet51\"; did you mean ResNet50?");
    EXPECT_EQ(info("resnet"), "the hub has no model \"resnet\"; did you mean ResNet18, ResNet50?");
    EXPECT_EQ(info("zzz"), "the hub has no model \"zzz\"; ") << "nothing is similar";
}

TEST(GetModelInfo, SeveralModelsOfOneNameAndOpsetAreNotGuessedAmong) {
    EXPECT_THAT(info("twin"), HasSubstr("names 2 models; ask the hub to rename one of c/one.onnx"));
    EXPECT_EQ(info("twin", {{}, {}, {}, true}), "c/one.onnx");
}

}  // namespace
}  // namespace onnxhub
