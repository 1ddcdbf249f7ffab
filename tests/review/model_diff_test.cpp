// SPDX-License-Identifier: Apache-2.0
#include "review/model_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_builder.h"
#include "tests/support/memory_tree.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::MemoryTree;
using test::ModelBuilder;
using testing::AllOf;
using testing::Contains;
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
                HasSubstr("before, its bytes are not here (a Git LFS pointer); now, "));
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

}  // namespace
}  // namespace onnxhub
