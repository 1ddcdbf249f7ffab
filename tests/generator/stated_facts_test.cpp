// SPDX-License-Identifier: Apache-2.0
// Entries of models that sources describe: which fact wins, and what is reported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generator/describe.h"
#include "tests/support/hub_builder.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using test::small_model;
using test::texts;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* stated_path = "a/m.onnx";

/// One model of a hub with sources; set members before describe().
struct OneModel {
    MemoryTree tree;
    ModelRow row;
    StatedFacts stated;
    CarriedPorts carried;
    ElsewhereContents elsewhere;

    OneModel() {
        row.source_file = "a/facts.yaml";
        row.line = 3;
        row.name = "M";
        row.model_path = stated_path;
    }

    ModelDescription describe() {
        row.stated = std::make_shared<const StatedFacts>(stated);
        const Settings settings;
        DescribeOptions options;
        options.settings = &settings;
        options.carried = &carried;
        options.elsewhere = &elsewhere;
        return describe_models(tree, {row}, options).models.front();
    }
};

std::string pointer() {
    return lfs_pointer_text(sha256_of(small_model()), small_model().size());
}

ManifestDocument manifest_with(const Entry& entry) {
    return test::parse_document(manifest_text({entry_text(to_json(entry))}));
}

Entry earlier_entry() {
    Entry entry;
    entry.model = "M";
    entry.model_path = stated_path;
    entry.onnx_version = "1.9";
    entry.opset_version = 13;
    entry.content = {sha256_of(small_model()), small_model().size()};
    return entry;
}

TEST(StatedFacts, GoIntoTheEntry) {
    OneModel model;
    model.tree.add(stated_path, small_model());
    model.stated.about = {"MIT", "someone", "classification", "a model", 23};
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry) << testing::PrintToString(texts(described.diagnostics));
    EXPECT_EQ(described.entry->about, model.stated.about);
    EXPECT_EQ(described.entry->opset_version, 13);
    EXPECT_EQ(described.entry->onnx_version, "1.8");
}

TEST(StatedFacts, TheOldestReleaseWithOpsetAndIrVersionIsTaken) {
    OneModel model;
    model.tree.add(stated_path, pointer());
    model.row.opset_version = 13;
    EXPECT_EQ(model.describe().entry->onnx_version, "1.8");
    model.stated.ir_version = 8;
    EXPECT_EQ(model.describe().entry->onnx_version, "1.10");
    model.row.onnx_version = "1.12.0";
    EXPECT_EQ(model.describe().entry->onnx_version, "1.12.0");
}

TEST(StatedFacts, AGraphThatContradictsTheOpsetGivesNoEntry) {
    OneModel model;
    model.tree.add(stated_path, small_model());
    model.row.opset_version = 12;
    const ModelDescription described = model.describe();
    EXPECT_FALSE(described.entry);
    EXPECT_THAT(texts(described.diagnostics),
                ElementsAre("a/facts.yaml:3: a/m.onnx imports opset 13, not 12; state the opset of "
                            "the model; until then its entry stays as it is"));
}

TEST(StatedFacts, AGraphThatContradictsTheIrVersionIsAWarning) {
    OneModel model;
    model.tree.add(stated_path, small_model());
    model.stated.ir_version = 8;
    const ModelDescription described = model.describe();
    EXPECT_TRUE(described.entry);
    ASSERT_EQ(described.diagnostics.all().size(), 1u);
    EXPECT_EQ(described.diagnostics.all()[0].rule, "stated-ir-differs");
    EXPECT_EQ(described.diagnostics.all()[0].severity, Severity::warning);
}

TEST(StatedFacts, AnOpsetThatNothingStatesIsReportedOnce) {
    OneModel model;
    model.tree.add(stated_path, pointer());
    const ModelDescription described = model.describe();
    EXPECT_FALSE(described.entry);
    EXPECT_TRUE(described.lacks_opset);
    ASSERT_EQ(described.diagnostics.all().size(), 1u);
    EXPECT_EQ(described.diagnostics.all()[0].rule, "opset-unknown");
    EXPECT_EQ(described.diagnostics.all()[0].file, "a/facts.yaml");
}

TEST(StatedFacts, AnEarlierEntryOfTheSameContentKnowsTheOpset) {
    OneModel model;
    model.tree.add(stated_path, pointer());
    const ManifestDocument manifest = manifest_with(earlier_entry());
    model.carried = CarriedPorts::from(manifest);
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry);
    EXPECT_EQ(described.entry->opset_version, 13);
    EXPECT_EQ(described.entry->onnx_version, "1.9");
}

TEST(StatedFacts, AnotherContentThanStatedGivesNoEntry) {
    OneModel model;
    model.tree.add(stated_path, small_model());
    model.stated.sha = sha256_of("another");
    EXPECT_FALSE(model.describe().entry);
    model.stated.sha = sha256_of(small_model());
    EXPECT_TRUE(model.describe().entry);
    model.stated.size_bytes = 1;
    const ModelDescription described = model.describe();
    EXPECT_FALSE(described.entry);
    EXPECT_EQ(described.diagnostics.all().front().rule, "stated-content-differs");
}

OneModel model_elsewhere() {
    OneModel model;
    model.row.opset_version = 13;
    model.stated.urls = {"https://models.example/m.onnx"};
    return model;
}

TEST(ModelsElsewhere, HaveAnEntryWithTheStatedDigestAndTheirSources) {
    OneModel model = model_elsewhere();
    model.stated.sha = sha256_of("x");
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry) << testing::PrintToString(texts(described.diagnostics));
    EXPECT_EQ(described.entry->sources, model.stated.urls);
    EXPECT_EQ(described.entry->content, (StatedContent{sha256_of("x"), std::nullopt}));
    EXPECT_FALSE(described.bytes_missing) << "Git LFS cannot fetch it";
}

TEST(ModelsElsewhere, HaveNoEntryWithoutADigest) {
    OneModel model = model_elsewhere();
    const ModelDescription described = model.describe();
    EXPECT_FALSE(described.entry);
    ASSERT_EQ(described.diagnostics.all().size(), 1u);
    EXPECT_EQ(described.diagnostics.all()[0].rule, "sha256-unknown");
}

TEST(ModelsElsewhere, KeepTheDigestOfTheirEntry) {
    OneModel model = model_elsewhere();
    Entry earlier = earlier_entry();
    earlier.sources = model.stated.urls;
    const ManifestDocument manifest = manifest_with(earlier);
    model.carried = CarriedPorts::from(manifest);
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry);
    EXPECT_EQ(described.entry->content, earlier.content);
}

TEST(ModelsElsewhere, TakeWhatWasDownloaded) {
    OneModel model = model_elsewhere();
    model.row.opset_version = 0;
    ModelGraph graph;
    graph.ir_version = 7;
    graph.opsets[""] = 13;
    model.elsewhere[model.stated.urls[0]] = {sha256_of("x"), 1,
                                             std::make_shared<const ModelGraph>(graph)};
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry);
    EXPECT_EQ(described.entry->opset_version, 13);
    EXPECT_EQ(described.entry->content, (StatedContent{sha256_of("x"), 1}));
    EXPECT_EQ(described.ports, PortSource::graph);
}

TEST(ModelsElsewhere, AreDescribedByTheirFileIfTheHubHasIt) {
    OneModel model = model_elsewhere();
    model.tree.add(stated_path, small_model());
    const ModelDescription described = model.describe();
    ASSERT_TRUE(described.entry);
    EXPECT_EQ(described.entry->content.sha, sha256_of(small_model()));
    EXPECT_EQ(described.entry->sources, model.stated.urls);
    EXPECT_THAT(texts(described.diagnostics), IsEmpty());
}

}  // namespace
}  // namespace onnxhub
