// SPDX-License-Identifier: Apache-2.0
#include "generator/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "tests/support/hub_builder.h"
#include "tests/support/local_inference.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::MemoryTree;
using test::ModelBuilder;
using test::parse_document;
using test::small_model;
using test::texts;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string pointer_to(const std::string& content) {
    return lfs_pointer_text(sha256_of(content), content.size());
}

std::vector<Entry> entries(const std::string& manifest) {
    std::vector<Entry> result;
    for (const ManifestEntry& entry : parse_document(manifest).entries) {
        result.push_back(entry.entry.value());
    }
    return result;
}

std::vector<std::string> paths(const std::string& manifest) {
    std::vector<std::string> result;
    for (const Entry& entry : entries(manifest)) result.push_back(entry.model_path);
    return result;
}

TEST(Generate, RowBecomesAnEntryWithDigestSizeTagsAndPorts) {
    HubBuilder hub;
    hub.model("vision/object_detection", "Tiny", "model/tiny.onnx", small_model());
    const Entry entry = entries(hub.generate().update.text).at(0);
    EXPECT_EQ(entry.model, "Tiny");
    EXPECT_EQ(entry.model_path, "vision/object_detection/model/tiny.onnx");
    EXPECT_EQ(entry.onnx_version, "1.8");
    EXPECT_EQ(entry.opset_version, 13);
    EXPECT_EQ(entry.content.sha, sha256_of(small_model()));
    EXPECT_EQ(entry.content.size_bytes, small_model().size());
    EXPECT_THAT(entry.tags, ElementsAre("vision", "object detection"));
    ASSERT_TRUE(entry.io_ports);
    EXPECT_EQ(entry.io_ports->outputs.at(0).name, "y");
    EXPECT_THAT(texts(hub.diagnostics), IsEmpty());
}

TEST(Generate, ResultIsTheSameForAnyNumberOfThreads) {
    HubBuilder hub;
    for (int i = 0; i < 60; ++i) {
        hub.model("a/f" + std::to_string(i % 7), "M" + std::to_string(i),
                  "m" + std::to_string(i) + ".onnx", small_model(i + 1));
    }
    GenerateOptions one, many;
    one.jobs = 1;
    many.jobs = 8;
    EXPECT_EQ(hub.generate(one).update.text, hub.generate(many).update.text);
}

TEST(Generate, EntriesAreSortedByPathAndThoseOfOnePathInTableOrder) {
    HubBuilder hub;
    hub.model("b", "Z", "z.onnx", small_model()).model("a", "Y", "y.onnx", small_model());
    hub.row("a", {"Y second", "y.onnx", "", "1.8", "12"});
    const auto all = entries(hub.generate().update.text);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].model, "Y");
    EXPECT_EQ(all[1].model, "Y second");
    EXPECT_EQ(all[2].model, "Z");
}

TEST(Generate, OneBrokenRowNeverStopsTheOthers) {
    HubBuilder hub;
    hub.model("a", "Good", "good.onnx", small_model());
    hub.row("a", {"Gone", "gone.onnx"}).row("a", {"No opset", "good.onnx", "", "1.8", "seven"});
    hub.model("a", "Broken", "broken.onnx", std::string(2000, '\xff'));
    hub.model("a", "Cut pointer", "cut.onnx",
              "version https://git-lfs.github.com/spec/v1\noid x\n");
    const GenerateResult result = hub.generate();
    EXPECT_THAT(paths(result.update.text), ElementsAre("a/good.onnx"));
    EXPECT_THAT(texts(hub.diagnostics),
                testing::IsSupersetOf({HasSubstr("a/README.md:4: a/gone.onnx does not exist"),
                                       HasSubstr("a/README.md:5: "), HasSubstr("a/cut.onnx:2: ")}));
    EXPECT_THAT(texts(hub.diagnostics), testing::Contains(HasSubstr("a/broken.onnx: ")));
    EXPECT_TRUE(hub.diagnostics.has_errors());
}

TEST(Generate, ModelsAfterARowWithoutAFileHavePorts) {
    HubBuilder hub;
    hub.row("a", {"Gone", "gone.onnx"});
    hub.model("a", "Good", "good.onnx", small_model());
    const std::vector<Entry> made = entries(hub.generate().update.text);
    ASSERT_EQ(made.size(), 1u);
    ASSERT_TRUE(made[0].io_ports);
    EXPECT_EQ(made[0].io_ports->outputs.at(0).name, "y");
}

TEST(Generate, PointerWithoutBytesKeepsThePortsOfTheSameModel) {
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", small_model());
    const std::string before = hub.generate().update.text;
    hub.files()["a/m.onnx"] = pointer_to(small_model());
    const ManifestDocument present = parse_document(before);
    GenerateOptions options;
    options.present = options.carry = &present;
    const GenerateResult result = hub.generate(options);
    EXPECT_EQ(result.update.text, before);
    EXPECT_EQ(result.carried_ports, 1u);
    EXPECT_THAT(result.missing, IsEmpty());
    EXPECT_EQ(result.statistics.pointer.files, 1u);
    EXPECT_EQ(result.statistics.hashed.files, 0u);
}

// A row with its pointer is kept instead of the entry until the entry is needed.
TEST(Generate, ResultsOfPointersAreCompletedFromTheirRows) {
    HubBuilder hub;
    hub.model("a", "Here", "here.onnx", small_model());
    hub.model("a", "Pointer", "pointer.onnx", pointer_to(small_model(5)));
    const MemoryTree tree = hub.tree();
    const GenerateOptions options;
    Diagnostics diagnostics;
    const GenerationPlan plan = plan_generation(tree, options, diagnostics);
    std::vector<RowResult> results = make_rows(tree, plan, plan.selected, options, nullptr);
    ASSERT_EQ(results.size(), 2u);
    EXPECT_FALSE(results[0].pointer) << "it has ports";
    ASSERT_TRUE(results[1].pointer);
    EXPECT_FALSE(results[1].entry || results[1].missing);
    make_complete(plan, results);
    ASSERT_TRUE(results[1].entry && results[1].missing);
    EXPECT_FALSE(results[1].pointer);
    EXPECT_EQ(*results[1].entry, entries(hub.generate().update.text).at(1));
    EXPECT_EQ(*results[1].missing,
              (MissingContent{"a/pointer.onnx", sha256_of(small_model(5)), small_model(5).size()}));
}

TEST(Generate, PortsOfAnotherDigestAreNotCarried) {
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", small_model());
    const ManifestDocument present = parse_document(hub.generate().update.text);
    hub.files()["a/m.onnx"] = pointer_to(small_model(5));
    GenerateOptions options;
    options.present = options.carry = &present;
    const GenerateResult result = hub.generate(options);
    EXPECT_FALSE(entries(result.update.text).at(0).io_ports);
    ASSERT_EQ(result.missing.size(), 1u);
    EXPECT_EQ(result.missing[0].path, "a/m.onnx");
    EXPECT_EQ(result.missing[0].size_bytes, small_model(5).size());
}

TEST(Generate, BytesInTheLfsStoreAreReadForPorts) {
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", pointer_to(small_model()));
    MemoryTree tree = hub.tree();
    tree.add_lfs_object(small_model());
    Diagnostics diagnostics;
    const GenerateResult result = generate(tree, {}, diagnostics);
    EXPECT_TRUE(entries(result.update.text).at(0).io_ports);
}

TEST(Generate, UnmodifiedFileIsNotHashed) {
    HubBuilder hub;
    const std::string model = small_model(400);  // larger than any pointer
    hub.model("a", "M", "m.onnx", model);
    MemoryTree tree = hub.tree();
    tree.set_unmodified_pointer("a/m.onnx", {sha256_of("known to git"), model.size()});
    Diagnostics diagnostics;
    GenerateResult result = generate(tree, {}, diagnostics);
    EXPECT_EQ(result.statistics.index.files, 1u);
    EXPECT_EQ(entries(result.update.text).at(0).content.sha, sha256_of("known to git"));
    GenerateOptions rehash;
    rehash.rehash = true;
    result = generate(tree, rehash, diagnostics);
    EXPECT_EQ(result.statistics.hashed.files, 1u);
    EXPECT_EQ(entries(result.update.text).at(0).content.sha, sha256_of(model));
}

TEST(Generate, ArchiveIsDescribedAndAMissingOneLeavesItsKeysOut) {
    HubBuilder hub;
    hub.model("a", "With", "with.onnx", small_model())
        .model("a", "Lost", "lost.onnx", small_model());
    hub.files()["a/with.tar.gz"] = "an archive";
    hub.remove_rows("a");
    hub.row("a", {"With", "with.onnx", "with.tar.gz"})
        .row("a", {"Lost", "lost.onnx", "lost.tar.gz"});
    const auto all = entries(hub.generate().update.text);
    EXPECT_FALSE(all.at(0).archive_path);
    EXPECT_EQ(all.at(1).archive_path, "a/with.tar.gz");
    EXPECT_EQ(all.at(1).archive->sha, sha256_of("an archive"));
    EXPECT_EQ(all.at(1).archive->size_bytes, 10u);
    EXPECT_THAT(texts(hub.diagnostics), ElementsAre(HasSubstr("lost.tar.gz does not exist")));
    EXPECT_FALSE(hub.diagnostics.has_errors());
}

TEST(Generate, UnknownKeysOfAnEntryStayInPlace) {
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", small_model());
    std::string text = hub.generate().update.text;
    const std::string tail = "\"opset_version\": 13,";
    text.replace(text.find(tail), tail.size(), tail + "\n        \"license\": \"MIT\",");
    const ManifestDocument present = parse_document(text);
    GenerateOptions options;
    options.present = &present;
    EXPECT_EQ(hub.generate(options).update.text, text);
}

TEST(Generate, VanishedEntriesAreNamed) {
    HubBuilder hub;
    hub.model("a", "Stays", "s.onnx", small_model()).model("b", "Goes", "g.onnx", small_model(9));
    const ManifestDocument present = parse_document(hub.generate().update.text);
    hub.remove_rows("b");
    GenerateOptions options;
    options.present = &present;
    const ManifestUpdate update = hub.generate(options).update;
    ASSERT_EQ(update.removed.size(), 1u);
    EXPECT_EQ(update.removed[0].model, "Goes");
}

TEST(Generate, SameDigestAtANewPathIsAMoveThatKeepsUnknownKeys) {
    HubBuilder hub;
    hub.model("old", "M", "m.onnx", small_model());
    std::string text = hub.generate().update.text;
    text.replace(text.find("\"metadata\""), 0, "\"owner\": \"us\",\n        ");
    const ManifestDocument present = parse_document(text);
    HubBuilder moved;
    moved.model("new", "M", "m.onnx", small_model());
    GenerateOptions options;
    options.present = &present;
    const ManifestUpdate update = moved.generate(options).update;
    EXPECT_THAT(update.removed, IsEmpty());
    ASSERT_EQ(update.moved.size(), 1u);
    EXPECT_EQ(update.moved[0].entry.model_path, "old/m.onnx");
    EXPECT_EQ(update.moved[0].new_path, "new/m.onnx");
    EXPECT_THAT(update.text, HasSubstr("\"owner\": \"us\""));
}

TEST(Generate, ExternalDataIsPartOfTheModel) {
    HubBuilder hub;
    hub.model(
        "a", "M", "model/m.onnx",
        ModelBuilder().external_initializer("w", {2}, "m.onnx_data").output("y", {1}).bytes());
    hub.files()["a/model/m.onnx_data"] = "weights";
    const std::string text = hub.generate().update.text;
    const auto files = entries(text).at(0).external_data;
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].path, "a/model/m.onnx_data");
    EXPECT_EQ(files[0].sha, sha256_of("weights"));
    EXPECT_EQ(files[0].size_bytes, 7u);
}

TEST(Generate, ExternalDataOutsideOrMissingIsAnErrorOfThatModelAlone) {
    for (const char* location : {"../../etc/passwd", "/etc/passwd", "gone.data", "..\\x"}) {
        HubBuilder hub;
        hub.model("a", "Bad", "bad.onnx",
                  ModelBuilder().external_initializer("w", {2}, location).bytes());
        hub.model("a", "Good", "good.onnx", small_model());
        EXPECT_THAT(paths(hub.generate().update.text), ElementsAre("a/good.onnx")) << location;
        EXPECT_TRUE(hub.diagnostics.has_errors()) << location;
    }
}

TEST(Generate, ExternalDataOfAModelWithoutBytesIsCarriedAndDescribedAnew) {
    HubBuilder hub;
    const std::string model =
        ModelBuilder().external_initializer("w", {2}, "m.data").output("y", {1}).bytes();
    hub.model("a", "M", "m.onnx", model);
    hub.files()["a/m.data"] = "weights";
    const ManifestDocument present = parse_document(hub.generate().update.text);
    hub.files()["a/m.onnx"] = pointer_to(model);
    hub.files()["a/m.data"] = "other weights";
    GenerateOptions options;
    options.present = options.carry = &present;
    const auto files = entries(hub.generate(options).update.text).at(0).external_data;
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].sha, sha256_of("other weights"));
}

TEST(Generate, DiscoverMakesEntriesForModelsNoTableLists) {
    HubBuilder hub;
    hub.model("vision/listed", "Listed", "l.onnx", small_model());
    hub.files()["some_where/new model.onnx"] = small_model(6);
    hub.files()["elsewhere/far.onnx"] = pointer_to("far away");
    GenerateOptions options;
    options.discover = true;
    const GenerateResult result = hub.generate(options);
    const auto all = entries(result.update.text);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].model, "new model");
    EXPECT_EQ(all[0].opset_version, 13);
    EXPECT_EQ(all[0].onnx_version, "1.8");
    EXPECT_THAT(all[0].tags, ElementsAre("some where"));
    ASSERT_EQ(result.missing.size(), 1u);
    EXPECT_EQ(result.missing[0].path, "elsewhere/far.onnx");
    EXPECT_FALSE(result.missing[0].has_entry);
}

/// The only entry of a hub whose only model no table lists.
Entry discovered(const std::string& model, bool lists_opsets, Diagnostics& diagnostics) {
    HubBuilder hub;
    hub.model("a", "Listed", "l.onnx", small_model());
    hub.remove_rows("a");
    hub.files().erase("a/l.onnx");
    hub.files()["b/m.onnx"] = model;
    GenerateOptions options;
    options.discover = true;
    options.settings.lists_opsets = lists_opsets;
    const auto all = entries(hub.generate(options).update.text);
    diagnostics = hub.diagnostics;
    if (all.size() != 1) throw std::runtime_error("no entry");
    return all[0];
}

std::string importing(const std::vector<std::pair<std::string, std::int64_t>>& opsets,
                      std::int64_t ir_version = 8) {
    ModelBuilder builder(13, ir_version);
    builder.input("x", {1}).node("Relu", {"x"}, {"y"}).output("y", {1});
    builder.proto().clear_opset_import();
    for (const auto& [domain, version] : opsets) {
        auto* import = builder.proto().add_opset_import();
        import->set_domain(domain);
        import->set_version(version);
    }
    return builder.bytes();
}

using Opsets = std::map<std::string, std::int64_t>;

TEST(GenerateVersions, AModelWithoutTheDefaultDomainHasTheOpsetOfItsFirstOne) {
    Diagnostics diagnostics;
    const Entry entry =
        discovered(importing({{"z.first", 7}, {"ai.onnx.ml", 3}}, 9), false, diagnostics);
    EXPECT_EQ(entry.opset_version, 7);
    EXPECT_EQ(entry.onnx_version, "1.14");  // by its IR version alone
    EXPECT_EQ(entry.opsets, (Opsets{{"ai.onnx.ml", 3}, {"z.first", 7}}));
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all()[0].severity, Severity::note);
    EXPECT_EQ(diagnostics.all()[0].rule, "model-other-domain");
    EXPECT_EQ(diagnostics.all()[0].message,
              "b/m.onnx does not import ai.onnx, so its entry has opset 7 of z.first");
}

TEST(GenerateVersions, OpsetsAreListedOnRequestWhenThereAreSeveral) {
    Diagnostics diagnostics;
    const std::string two = importing({{"ai.onnx.ml", 3}, {"ai.onnx", 13}});
    EXPECT_EQ(discovered(two, false, diagnostics).opsets, Opsets());
    EXPECT_EQ(discovered(two, true, diagnostics).opsets,
              (Opsets{{"ai.onnx", 13}, {"ai.onnx.ml", 3}}));
    EXPECT_EQ(discovered(two, true, diagnostics).opset_version, 13);
    EXPECT_EQ(discovered(importing({{"", 13}}), true, diagnostics).opsets, Opsets());
    EXPECT_THAT(texts(diagnostics), IsEmpty());
}

TEST(GenerateVersions, AModelThatIsNewerThanAllReleasesHasTheNewestOne) {
    for (const auto& model : {importing({{"", 900}}), importing({{"", 13}}, 99)}) {
        Diagnostics diagnostics;
        EXPECT_EQ(discovered(model, false, diagnostics).onnx_version, "1.22");
        ASSERT_EQ(diagnostics.all().size(), 1u);
        EXPECT_EQ(diagnostics.all()[0].severity, Severity::note);
        EXPECT_EQ(diagnostics.all()[0].rule, "model-too-new");
    }
}

TEST(GenerateVersions, OpsetsAreCarriedOverForModelsThatAreNotHere) {
    const std::string model = importing({{"ai.onnx.ml", 3}});
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", model);
    hub.files()["onnxhub.toml"] = "";
    const std::string before = hub.generate().update.text;
    EXPECT_EQ(entries(before).at(0).opsets, (Opsets{{"ai.onnx.ml", 3}}));
    const ManifestDocument present = parse_document(before);
    hub.files()["a/m.onnx"] = pointer_to(model);
    GenerateOptions options;
    options.present = options.carry = &present;
    EXPECT_EQ(hub.generate(options).update.text, before);
}

TEST(Generate, ExcludedModelsAreLeftOut) {
    HubBuilder hub;
    hub.model("a", "M", "m.onnx", small_model()).model("b", "N", "n.onnx", small_model());
    GenerateOptions options;
    options.settings.exclude = {"b/**"};
    EXPECT_THAT(paths(hub.generate(options).update.text), ElementsAre("a/m.onnx"));
}

TEST(Generate, LeadingTagsOfTheSettingsAreStripped) {
    HubBuilder hub;
    hub.model("validated/vision", "M", "m.onnx", small_model());
    GenerateOptions options;
    options.settings.strip_tags = {"validated"};
    EXPECT_THAT(entries(hub.generate(options).update.text).at(0).tags, ElementsAre("vision"));
}

TEST(Generate, FeatureTensorsComeFromTheSettings) {
    class Here : public ShapeInference {
        InferenceResult infer(const std::string& model,
                              const std::vector<std::string>& tensors) override {
            return test::infer_shapes_here(model, tensors);
        }
    } inference;
    HubBuilder hub;
    hub.model("classification", "M", "m.onnx",
              ModelBuilder()
                  .input("x", {std::string("n"), 8})
                  .node("Relu", {"x"}, {"inner"})
                  .node("Relu", {"inner"}, {"y"})
                  .output("y", {1, 8})
                  .bytes());
    GenerateOptions options;
    options.inference = &inference;
    options.settings.feature_tensors["M"] = "inner";
    options.settings.features_tag = "classification";
    const Entry entry = entries(hub.generate(options).update.text).at(0);
    ASSERT_TRUE(entry.extra_ports);
    EXPECT_EQ(entry.extra_ports->at(0).name, "inner");
    EXPECT_EQ(entry.extra_ports->at(0).shape, (Shape{std::int64_t{0}, std::int64_t{8}}));
    options.settings.features_tag = "detection";
    EXPECT_FALSE(entries(hub.generate(options).update.text).at(0).extra_ports);
    options.settings.features_tag.reset();
    options.settings.feature_tensors["M"] = "nowhere";
    EXPECT_FALSE(entries(hub.generate(options).update.text).at(0).extra_ports);
    EXPECT_THAT(texts(hub.diagnostics), ElementsAre(HasSubstr("no tensor nowhere")));
}

TEST(Generate, HubWithoutTablesCannotBeGenerated) {
    Diagnostics diagnostics;
    MemoryTree tree;
    EXPECT_THROW(generate(tree, {}, diagnostics), UserError);
    tree.add("README.md", "no table");
    EXPECT_THROW(generate(tree, {}, diagnostics), UserError);
}

TEST(Generate, ModelReachedThroughLinksKeepsItsPathInTheEntry) {
    HubBuilder hub;
    hub.row("a", {"M", "link.onnx"});
    hub.files()["store/real.onnx"] = small_model();
    MemoryTree tree = hub.tree();
    tree.add_symlink("a/link.onnx", "../store/real.onnx");
    Diagnostics diagnostics;
    const auto all = entries(generate(tree, {}, diagnostics).update.text);
    EXPECT_EQ(all.at(0).model_path, "a/link.onnx");
    EXPECT_EQ(all.at(0).content.sha, sha256_of(small_model()));
}

TEST(Generate, LinksOutOfTheHubAreRefused) {
    HubBuilder hub;
    hub.row("a", {"M", "link.onnx"}).row("a", {"N", "loop.onnx"});
    MemoryTree tree = hub.tree();
    tree.add_symlink("a/link.onnx", "/etc/passwd").add_symlink("a/loop.onnx", "loop.onnx");
    Diagnostics diagnostics;
    EXPECT_EQ(generate(tree, {}, diagnostics).update.text, "[]");
    EXPECT_THAT(texts(diagnostics),
                ElementsAre(HasSubstr("outside of the repository"), HasSubstr("loop")));
}

TEST(Generate, IgnoredModelIsAnErrorThatSaysSo) {
    HubBuilder hub;
    hub.row("a", {"M", "m.onnx"});
    MemoryTree tree = hub.tree();
    tree.add_ignored("a/m.onnx", small_model());
    Diagnostics diagnostics;
    generate(tree, {}, diagnostics);
    EXPECT_THAT(texts(diagnostics), ElementsAre(HasSubstr("ignored")));
}

/// A hub as it was, its manifest, and changes on top of it.
class GenerateDiff : public testing::Test {
protected:
    GenerateDiff() {
        hub.model("a", "A", "a.onnx", small_model(1)).model("b", "B", "b.onnx", small_model(2));
        hub.model("c", "C", "c.onnx", small_model(3));
        base.emplace(hub.tree());
        // Odd layout and unknown keys must survive where nothing changed.
        text = hub.generate().update.text;
        text.replace(text.find("\"model\": \"C\""), 0, "\"odd\":   [1,2],");
    }

    ManifestUpdate diff() {
        present = parse_document(text);
        options.target = Target::diff;
        options.base = &*base;
        options.present = options.carry = &present;
        return hub.generate(options).update;
    }

    HubBuilder hub;
    std::optional<MemoryTree> base;
    std::string text;
    ManifestDocument present;
    GenerateOptions options;
};

TEST_F(GenerateDiff, NothingChangedMeansTheSameBytes) {
    EXPECT_EQ(diff().text, text);
}

TEST_F(GenerateDiff, ChangedModelIsMadeAnewAndOthersKeepTheirBytes) {
    hub.files()["a/a.onnx"] = small_model(7);
    const ManifestUpdate update = diff();
    EXPECT_EQ(entries(update.text).at(0).content.sha, sha256_of(small_model(7)));
    EXPECT_THAT(update.text, HasSubstr("\"odd\":   [1,2],"));
    EXPECT_THAT(update.removed, IsEmpty());
}

TEST_F(GenerateDiff, ChangedRowAloneCounts) {
    hub.remove_rows("b").row("b", {"B", "b.onnx", "", "1.9", "14"});
    const auto all = entries(diff().text);
    EXPECT_EQ(all.at(1).opset_version, 14);
    EXPECT_EQ(all.at(1).onnx_version, "1.9");
}

TEST_F(GenerateDiff, ChangedArchiveAloneCounts) {
    hub.remove_rows("b").row("b", {"B", "b.onnx", "b.tar.gz"});
    hub.files()["b/b.tar.gz"] = "first";
    text = diff().text;
    base.emplace(hub.tree());
    hub.files()["b/b.tar.gz"] = "second";
    EXPECT_EQ(entries(diff().text).at(1).archive->sha, sha256_of("second"));
}

TEST_F(GenerateDiff, EntriesOfVanishedRowsGo) {
    hub.remove_rows("b");
    const ManifestUpdate update = diff();
    EXPECT_THAT(paths(update.text), ElementsAre("a/a.onnx", "c/c.onnx"));
    ASSERT_EQ(update.removed.size(), 1u);
    EXPECT_EQ(update.removed[0].model, "B");
}

TEST_F(GenerateDiff, EntriesThatNeverHadARowStay) {
    text.replace(text.size() - 2, 2,
                 ",\n    {\"model\": \"Foreign\", \"model_path\": \"z\", \"onnx_version\": \"1\", "
                 "\"opset_version\": 1}\n]");
    hub.files()["a/a.onnx"] = small_model(7);
    EXPECT_THAT(diff().text, HasSubstr("{\"model\": \"Foreign\", \"model_path\": \"z\""));
}

TEST_F(GenerateDiff, SecondRowOfOnePathLeavesTheFirstOnesEntryAlone) {
    hub.row("c", {"C too", "c.onnx", "", "1.8", "12"});
    const std::string result = diff().text;
    EXPECT_THAT(result, HasSubstr("\"odd\":   [1,2],"));
    EXPECT_EQ(entries(result).size(), 4u);
}

TEST_F(GenerateDiff, MovedModelIsToldAndTakesItsUnknownKeysAlong) {
    hub.remove_rows("c");
    hub.model("d", "C", "c.onnx", small_model(3));
    hub.files().erase("c/c.onnx");
    const ManifestUpdate update = diff();
    EXPECT_THAT(update.removed, IsEmpty());
    ASSERT_EQ(update.moved.size(), 1u);
    EXPECT_EQ(update.moved[0].new_path, "d/c.onnx");
    EXPECT_THAT(update.text, HasSubstr("\"odd\""));
}

TEST_F(GenerateDiff, WithoutAManifestThereIsNothingToUpdate) {
    options.target = Target::diff;
    options.base = &*base;
    EXPECT_THROW(hub.generate(options), UserError);
}

TEST_F(GenerateDiff, SingleMakesOnlyThatModelAnew) {
    hub.files()["a/a.onnx"] = small_model(7);
    hub.files()["b/b.onnx"] = small_model(8);
    present = parse_document(text);
    options.target = Target::single;
    options.single_path = "a/a.onnx";
    options.present = options.carry = &present;
    const std::string result = hub.generate(options).update.text;
    EXPECT_EQ(entries(result).at(0).content.sha, sha256_of(small_model(7)));
    EXPECT_EQ(entries(result).at(1).content.sha, sha256_of(small_model(2)));
    EXPECT_THAT(result, HasSubstr("\"odd\":   [1,2],"));
    options.single_path = "a/none.onnx";
    EXPECT_THROW(hub.generate(options), UserError);
}

}  // namespace
}  // namespace onnxhub
