// SPDX-License-Identifier: Apache-2.0
#include "diff/model_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/git_repository.h"
#include "tests/support/hub_builder.h"
#include "tests/support/memory_tree.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::MemoryTree;
using test::ModelBuilder;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = ModelChange::Kind;

MATCHER_P3(Is, field, before, after, "") {
    return arg.field == field && arg.before == before && arg.after == after;
}

std::string relu_model(std::int64_t opset = 13, const Shape& shape = {1, 4}) {
    return ModelBuilder(opset)
        .input("x", shape)
        .node("Relu", {"x"}, {"y"})
        .output("y", shape)
        .bytes();
}

ModelDiff compare(const Tree& before, const Tree& after,
                  const ManifestDocument* manifest = nullptr) {
    const Settings settings;
    return compare_models({before, settings, manifest}, {after, settings, manifest}, {});
}

ModelDiff compare(const HubBuilder& before, const HubBuilder& after) {
    return compare(before.tree(), after.tree());
}

HubBuilder hub_of(const std::string& bytes) {
    HubBuilder hub;
    hub.model("vision/a", "A", "a.onnx", bytes);
    hub.model("vision/b", "B", "b.onnx", relu_model(12));
    return hub;
}

const ModelChange& only(const ModelDiff& diff) {
    EXPECT_THAT(diff.models, SizeIs(1));
    static const ModelChange nothing;
    return diff.models.empty() ? nothing : diff.models.front();
}

TEST(ModelDiff, NothingChangedIsSaidOnlyOfWhatIsTheSame) {
    const ModelDiff diff = compare(hub_of(relu_model()), hub_of(relu_model()));
    EXPECT_THAT(diff.models, IsEmpty());
    EXPECT_EQ(diff.unchanged, 2u);
    HubBuilder worded = hub_of(relu_model());
    worded.files()["vision/a/notes.md"] = "More words.\n";
    EXPECT_THAT(compare(hub_of(relu_model()), worded).models, IsEmpty());
}

TEST(ModelDiff, TellsWhatChangedInside) {
    const std::string after = ModelBuilder(14, 8)
                                  .input("x", {std::string("batch"), 4})
                                  .initializer("w", {4, 4})
                                  .node("MatMul", {"x", "w"}, {"z"})
                                  .node("Relu", {"z"}, {"y"})
                                  .node("Custom", {"y"}, {"u"}, "com.example")
                                  .output("y", {std::string("batch"), 4})
                                  .bytes();
    const ModelDiff diff = compare(hub_of(relu_model()), hub_of(after));
    const ModelChange& change = only(diff);
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_EQ(change.path, "vision/a/a.onnx");
    EXPECT_EQ(diff.unchanged, 1u);
    EXPECT_EQ(change.note, "");
    EXPECT_THAT(change.fields,
                AllOf(Contains(Is("opset", "13", "14")), Contains(Is("IR version", "7", "8")),
                      Contains(Is("input x", "float[1,4]", "float[batch,4]")),
                      Contains(Is("parameters", "0", "16")), Contains(Is("nodes", "1", "3")),
                      Contains(Is("operator MatMul", "", "1")),
                      Contains(Is("operator com.example.Custom", "", "1"))));
    EXPECT_THAT(change.fields, Contains(Field(&FieldChange::field, "SHA-256")));
    EXPECT_THAT(change.fields, Contains(Field(&FieldChange::field, "size")));
    EXPECT_THAT(change.fields, Not(Contains(Field(&FieldChange::field, "operator Relu"))));
}

TEST(ModelDiff, AdditionsAndRemovalsSayWhatTheyAre) {
    HubBuilder more = hub_of(relu_model());
    more.model("vision/c", "C", "c.onnx", relu_model(11));
    const ModelDiff diff = compare(hub_of(relu_model()), more);
    const ModelChange& added = only(diff);
    EXPECT_EQ(added.kind, Kind::added);
    EXPECT_THAT(added.fields, AllOf(Contains(Is("opset", "", "11")), Contains(Is("name", "", "C")),
                                    Contains(Is("operators", "", "Relu 1"))));
    const ModelDiff back = compare(more, hub_of(relu_model()));
    EXPECT_EQ(only(back).kind, Kind::removed);
    EXPECT_THAT(only(back).fields, Contains(Is("opset", "11", "")));
}

TEST(ModelDiff, MovesAreKnownByTheirBytes) {
    HubBuilder moved;
    moved.model("audio/z", "A", "z.onnx", relu_model());
    moved.model("vision/b", "B", "b.onnx", relu_model(12));
    const ModelDiff diff = compare(hub_of(relu_model()), moved);
    const ModelChange& change = only(diff);
    EXPECT_EQ(change.kind, Kind::moved);
    EXPECT_EQ(change.path, "audio/z/z.onnx");
    EXPECT_EQ(change.old_path, "vision/a/a.onnx");
    EXPECT_THAT(change.fields, ElementsAre(Is("tags", "vision, a", "audio, z")));
}

TEST(ModelDiff, ModelsInNoTableCountToo) {
    MemoryTree before;
    before.add("x/one.onnx", relu_model());
    MemoryTree after;
    after.add("x/one.onnx", relu_model(14));
    const ModelDiff diff = compare(before, after);
    EXPECT_THAT(only(diff).fields, Contains(Is("opset", "13", "14")));
}

TEST(ModelDiff, IdenticalBytesInAnotherFormAreIdentical) {
    MemoryTree before;
    before.add("one.onnx", relu_model());
    MemoryTree after;
    after.add("one.onnx", lfs_pointer_text(sha256_of(relu_model()), relu_model().size()));
    const ModelDiff diff = compare(before, after);
    EXPECT_EQ(only(diff).kind, Kind::identical);
    EXPECT_THAT(only(diff).fields, IsEmpty());
}

TEST(ModelDiff, PointersGiveWhatTheyCan) {
    MemoryTree before;
    before.add("one.onnx", lfs_pointer_text(sha256_of("before"), 6'000));
    MemoryTree after;
    after.add("one.onnx", lfs_pointer_text(sha256_of("after"), 7'000'000));
    const ModelDiff diff = compare(before, after);
    const ModelChange& change = only(diff);
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_THAT(change.fields, Contains(Is("size", "6,000 bytes", "7,000,000 bytes")));
    EXPECT_THAT(change.fields, SizeIs(2));
    EXPECT_THAT(change.note,
                HasSubstr("before, it is a Git LFS pointer and not downloaded; now, "));
    // With the object here, the graph is.
    before.add("one.onnx", lfs_pointer_text(sha256_of(relu_model()), relu_model().size()));
    before.add_lfs_object(relu_model());
    after.add("one.onnx", relu_model(14));
    EXPECT_THAT(only(compare(before, after)).fields, Contains(Is("opset", "13", "14")));
}

TEST(ModelDiff, WeightsBesideAModelBelongToIt) {
    const std::string model = ModelBuilder()
                                  .input("x", {1, 4})
                                  .external_initializer("w", {4, 4}, "weights.bin")
                                  .node("MatMul", {"x", "w"}, {"y"})
                                  .output("y", {1, 4})
                                  .bytes();
    MemoryTree before;
    before.add("m/one.onnx", model).add("m/weights.bin", std::string(64, 'a'));
    before.add("m/two.onnx", relu_model());
    MemoryTree after;
    after.add("m/one.onnx", model).add("m/weights.bin", std::string(64, 'b'));
    after.add("m/two.onnx", relu_model());
    const ModelDiff diff = compare(before, after);
    EXPECT_EQ(only(diff).path, "m/one.onnx");
    EXPECT_THAT(only(diff).fields,
                ElementsAre(Field(&FieldChange::field, "external file m/weights.bin")));
    EXPECT_EQ(diff.unchanged, 1u);
}

TEST(ModelDiff, TestDataBelongsToIt) {
    const auto hub = [](const std::string& archive) {
        HubBuilder made;
        made.model("a", "A", "a.onnx", relu_model());
        made.remove_rows("a");
        made.row("a", {"A", "a.onnx", "a.tar.gz"});
        made.files()["a/a.tar.gz"] = archive;
        return made;
    };
    const ModelDiff diff = compare(hub("one"), hub("three"));
    EXPECT_THAT(only(diff).fields, ElementsAre(Field(&FieldChange::field, "test data SHA-256"),
                                               Is("test data size", "3 bytes", "5 bytes")));
}

TEST(ModelDiff, AModelThatCantBeReadIsToldOf) {
    const ModelDiff diff = compare(hub_of(relu_model()), hub_of("no model"));
    EXPECT_EQ(only(diff).kind, Kind::changed);
    EXPECT_THAT(only(diff).note, HasSubstr("graphs were not compared: now, "));
}

std::string broken_pointer() {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 5\n";
}

TEST(ModelDiff, WhatCantBeReadIsAChangeThatSaysWhy) {
    HubBuilder hub = hub_of(relu_model());
    const ModelDiff diff = compare(hub, hub_of(broken_pointer()));
    EXPECT_EQ(only(diff).kind, Kind::changed);
    EXPECT_THAT(only(diff).note,
                HasSubstr("the files were not compared: now, its pointer is broken: "));
    EXPECT_THAT(only(diff).fields, AllOf(Contains(Field(&FieldChange::after, "unknown")),
                                         Contains(Is("opset", "13", "unknown")),
                                         Contains(Is("operators", "Relu 1", "unknown"))));
    EXPECT_EQ(diff.unchanged, 1u);

    MemoryTree linked = hub.tree();
    linked.remove("vision/a/a.onnx").add_symlink("vision/a/a.onnx", "../../../a.onnx");
    EXPECT_EQ(only(compare(hub.tree(), linked)).kind, Kind::changed);
    EXPECT_THAT(only(compare(hub.tree(), linked)).note,
                HasSubstr("points outside of the repository"));
    MemoryTree elsewhere = hub.tree();
    elsewhere.remove("vision/a/a.onnx").add_symlink("vision/a/a.onnx", "/a.onnx");
    EXPECT_EQ(only(compare(linked, elsewhere)).kind, Kind::changed);
    EXPECT_EQ(compare(linked, linked).unchanged, 2u);
}

TEST(ModelDiff, WhatCantBeReadIsAddedAndRemovedToo) {
    const MemoryTree hub = hub_of(relu_model()).tree();
    MemoryTree more = hub_of(relu_model()).tree();
    more.add("x/broken.onnx", broken_pointer());
    more.add_symlink("x/nothing.onnx", "none.onnx");
    const ModelDiff diff = compare(hub, more);
    EXPECT_THAT(diff.models,
                ElementsAre(Field(&ModelChange::note, HasSubstr("pointer is broken")),
                            Field(&ModelChange::note, HasSubstr("link without a target"))));
    EXPECT_THAT(diff.models, Each(Field(&ModelChange::kind, Kind::added)));
    EXPECT_THAT(compare(more, hub).models, Each(Field(&ModelChange::kind, Kind::removed)));
    EXPECT_EQ(compare(more, more).unchanged, 4u);
}

TEST(ModelDiff, NamesThatNoHubCanUseCount) {
    test::RepositoryBuilder hub;
    hub.write("tabular/evil\\model.onnx", "one").write("tab\there/\xff.onnx", "two");
    hub.write("a.onnx", relu_model());
    const std::string first = hub.commit("One");
    hub.write("tabular/evil\\model.onnx", "three").write("line\nbreak.onnx", "four");
    hub.remove("tab\there/\xff.onnx");
    const std::string second = hub.commit("Two");
    const auto repository = GitRepository::find(hub.path());
    const auto before = repository->tree_of(first, "");
    const auto after = repository->tree_of(second, "");
    const ModelDiff diff = compare(*before, *after);
    EXPECT_THAT(diff.models, ElementsAre(Field(&ModelChange::path, "line\nbreak.onnx"),
                                         Field(&ModelChange::path, "tab\\x09here/\\xff.onnx"),
                                         Field(&ModelChange::path, "tabular/evil\\model.onnx")));
    EXPECT_THAT(diff.models, ElementsAre(Field(&ModelChange::kind, Kind::added),
                                         Field(&ModelChange::kind, Kind::removed),
                                         Field(&ModelChange::kind, Kind::changed)));
    EXPECT_THAT(diff.models, Each(Field(&ModelChange::note, HasSubstr("cannot use its name"))));
    EXPECT_EQ(diff.unchanged, 1u);
    EXPECT_EQ(compare(*after, *repository->working_tree("")).unchanged, 3u);
}

TEST(ModelDiff, AMovedModelWhoseRowStaysIsNotUnchanged) {
    const HubBuilder hub = hub_of(relu_model());
    MemoryTree moved = hub.tree();
    moved.remove("vision/a/a.onnx").add("vision/z.onnx", relu_model());
    const ModelDiff diff = compare(hub.tree(), moved);
    EXPECT_EQ(only(diff).kind, Kind::moved);
    EXPECT_EQ(diff.unchanged, 1u);
}

TEST(ModelDiff, TheSideWhoseBytesAreHereIsShown) {
    MemoryTree before;
    before.add("one.onnx", lfs_pointer_text(sha256_of("before"), 6'000));
    MemoryTree after;
    after.add("one.onnx", relu_model());
    const ModelDiff diff = compare(before, after);
    EXPECT_THAT(only(diff).fields,
                AllOf(Contains(Is("opset", "unknown", "13")), Contains(Is("nodes", "unknown", "1")),
                      Contains(Is("input x", "unknown", "float[1,4]")),
                      Contains(Is("operators", "unknown", "Relu 1"))));
    const ModelDiff back = compare(after, before);
    EXPECT_THAT(only(back).fields, Contains(Is("opset", "13", "unknown")));
}

std::string dense_model(std::int64_t weight, const std::string& op = "Add") {
    return ModelBuilder()
        .input("x", {1, 4})
        .input("z", {1, 4})
        .int64_initializer("w", {weight, 7})
        .node(op, {"x", "w"}, {"y"})
        .output("y", {1, 4})
        .bytes();
}

TEST(ModelDiff, NewWeightsAloneAreSaidToBeThat) {
    const ModelDiff diff = compare(hub_of(dense_model(1)), hub_of(dense_model(2)));
    EXPECT_THAT(only(diff).note,
                HasSubstr("the graph is the same (ports, operators and opsets); only "
                          "weights differ"));
    const ModelDiff other = compare(hub_of(dense_model(1)), hub_of(dense_model(2, "Mul")));
    EXPECT_EQ(only(other).note, "");
}

TEST(ModelDiff, AnotherOrderOfPortsIsToldAsThat) {
    const auto model = [](const std::string& first, const std::string& second) {
        return ModelBuilder()
            .input(first, {1, 4})
            .input(second, {1, 4})
            .node("Add", {"a", "b"}, {"y"})
            .output("y", {1, 4})
            .bytes();
    };
    const ModelDiff diff = compare(hub_of(model("a", "b")), hub_of(model("b", "a")));
    EXPECT_THAT(only(diff).fields, Contains(Is("order of inputs", "a, b", "b, a")));
    EXPECT_EQ(only(diff).note, "only the order of the ports differs");
}

TEST(ModelDiff, AFileBesideAPointerMayBeItsWeights) {
    const auto hub = [](const std::string& weights) {
        MemoryTree tree;
        tree.add("m/one.onnx", lfs_pointer_text(sha256_of("one"), 6'000));
        tree.add("m/one-7.onnx", lfs_pointer_text(sha256_of("seven"), 6'000));
        tree.add("m/here.onnx", relu_model());
        for (const char* name : {"one.onnx_data", "one-7.bin", "here.bin", "oneself.bin"}) {
            tree.add(std::string("m/") + name, weights);
        }
        return tree;
    };
    const ModelDiff diff = compare(hub("old"), hub("new"));
    EXPECT_THAT(
        diff.models,
        ElementsAre(
            Field(&ModelChange::note, HasSubstr(": one-7.bin (without")),
            Field(&ModelChange::note,
                  "a file in the same directory changed: one.onnx_data (without the graph, it is "
                  "unknown whether the file belongs to the model)")));
    EXPECT_THAT(diff.models, Each(Field(&ModelChange::kind, Kind::changed)));
    EXPECT_EQ(diff.unchanged, 1u);
}

TEST(ModelDiff, AReadmeThatCantBeReadIsNoEmptyOne) {
    HubBuilder hub = hub_of(relu_model());
    for (const char* path : {"README.md", "vision/a/README.md"}) {
        MemoryTree before = hub.tree();
        before.add_unreadable(path, 100);
        const ModelDiff diff = compare(before, hub.tree());
        EXPECT_THAT(diff.models, IsEmpty());
        EXPECT_EQ(diff.unchanged, 2u);
        EXPECT_THAT(diff.notes, Contains(HasSubstr("before: not compared: the rows in " +
                                                   std::string(path) + "; can't be read")));
        EXPECT_THAT(compare(hub.tree(), before).models, IsEmpty());
        // Its model's bytes are compared all the same.
        HubBuilder changed = hub_of(relu_model(14));
        EXPECT_THAT(only(compare(before, changed.tree())).fields,
                    Contains(Is("opset", "13", "14")));
    }
}

}  // namespace
}  // namespace onnxhub
