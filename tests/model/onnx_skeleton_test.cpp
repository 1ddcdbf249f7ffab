// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_skeleton.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/model_builder.h"
#include "tests/support/synthetic_source.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using test::ZeroPaddedSource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::variant<OnnxSkeleton, SkeletonError> try_read(const std::string& bytes) {
    return read_skeleton(*memory_source(bytes));
}

OnnxSkeleton skeleton_of(const std::string& bytes) {
    auto result = try_read(bytes);
    if (const auto* error = std::get_if<SkeletonError>(&result)) {
        ADD_FAILURE() << error->reason << " at " << error->offset;
        return {};
    }
    return std::get<OnnxSkeleton>(std::move(result));
}

std::string reason_for(const std::string& bytes) {
    const auto result = try_read(bytes);
    const auto* error = std::get_if<SkeletonError>(&result);
    return error ? error->reason : "accepted";
}

onnx::ModelProto parse(const std::string& bytes) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(bytes));
    return model;
}

std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    return out + static_cast<char>(value);
}

/// A length-delimited field.
std::string field(int number, const std::string& value) {
    return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(value.size()) + value;
}

TEST(OnnxSkeleton, KeepsSmallConstantsAndDropsWeights) {
    const std::string bytes = ModelBuilder()
                                  .input("x", {1, 4096})
                                  .int64_initializer("shape", {64, 64})
                                  .initializer("weights", {64, 64})
                                  .node("Reshape", {"x", "shape"}, {"y"})
                                  .output("y", {64, 64})
                                  .bytes();
    const OnnxSkeleton skeleton = skeleton_of(bytes);
    const onnx::ModelProto model = parse(skeleton.model);
    ASSERT_EQ(model.graph().initializer_size(), 2);
    EXPECT_THAT(model.graph().initializer(0).int64_data(), ElementsAre(64, 64));
    EXPECT_FALSE(model.graph().initializer(1).has_raw_data());
    EXPECT_THAT(model.graph().initializer(1).dims(), ElementsAre(64, 64));
    EXPECT_EQ(model.graph().initializer(1).name(), "weights");
    EXPECT_EQ(model.graph().node(0).op_type(), "Reshape");
    EXPECT_GE(skeleton.payload_bytes, 64u * 64 * 4);
    EXPECT_LT(skeleton.model.size(), 500u);
}

TEST(OnnxSkeleton, PayloadLimitIsTriedUnderAtAndOver) {
    for (const auto& [size, is_kept] :
         {std::pair<std::uint64_t, bool>{skeleton_payload_limit - 1, true},
          {skeleton_payload_limit, true},
          {skeleton_payload_limit + 1, false}}) {
        ModelBuilder builder;
        builder.output("y", {1});
        auto* tensor = builder.proto().mutable_graph()->add_initializer();
        tensor->set_raw_data(std::string(size, 'x'));
        const onnx::ModelProto model = parse(skeleton_of(builder.bytes()).model);
        EXPECT_EQ(model.graph().initializer(0).has_raw_data(), is_kept) << size;
    }
}

TEST(OnnxSkeleton, UnpackedPayloadIsDroppedToo) {
    std::string tensor = "\x10\x01";                                              // data_type FLOAT
    for (int i = 0; i < 5000; ++i) tensor += std::string("\x25\0\0\x80\x3f", 5);  // float_data
    const std::string bytes = field(7, field(5, tensor) + field(12, field(1, "y")));
    const OnnxSkeleton skeleton = skeleton_of(bytes);
    EXPECT_EQ(parse(skeleton.model).graph().initializer(0).float_data_size(), 0);
    EXPECT_EQ(skeleton.payload_bytes, 5000u * 4);
}

TEST(OnnxSkeleton, ManySmallTensorsDoNotFillMemory) {
    ModelBuilder builder;
    builder.output("y", {1});
    for (int i = 0; i < 8000; ++i) {
        builder.proto().mutable_graph()->add_initializer()->set_raw_data(std::string(8000, 'x'));
    }
    EXPECT_LT(skeleton_of(builder.bytes()).model.size(), 36u * 1024 * 1024);
}

TEST(OnnxSkeleton, DocumentationAndMetadataAreLeftOut) {
    ModelBuilder builder;
    builder.output("y", {1});
    builder.proto().set_doc_string(std::string(100000, 'd'));
    builder.proto().mutable_graph()->set_doc_string(std::string(100000, 'd'));
    auto* metadata = builder.proto().add_metadata_props();
    metadata->set_key("notes");
    metadata->set_value(std::string(100000, 'm'));
    EXPECT_LT(skeleton_of(builder.bytes()).model.size(), 200u);
}

TEST(OnnxSkeleton, WeightsOfThreeGibibytesAreNotRead) {
    const std::uint64_t weights = 3ull << 30;
    // model { ir_version 7, graph { output "y", initializer { raw_data: 3 GiB } } }
    const std::string raw_head = varint(9 << 3 | 2) + varint(weights);
    const std::string tensor_head =
        varint(5 << 3 | 2) + varint(raw_head.size() + weights) + raw_head;
    const std::string output = field(12, field(1, "y"));
    const std::string graph_head =
        varint(7 << 3 | 2) + varint(output.size() + tensor_head.size() + weights) + output;
    const std::string head = std::string("\x08\x07", 2) + graph_head + tensor_head;
    const ZeroPaddedSource source(head, head.size() + weights);
    const auto result = read_skeleton(source);
    ASSERT_TRUE(std::holds_alternative<OnnxSkeleton>(result));
    EXPECT_EQ(std::get<OnnxSkeleton>(result).payload_bytes, weights);
    EXPECT_LT(source.bytes_read(), 1024u);
}

TEST(OnnxSkeleton, ExternalLocationsAreFoundInSubgraphsAndAttributes) {
    ModelBuilder builder;
    builder.output("y", {1}).external_initializer("w", {2}, "b.data");
    builder.external_initializer("v", {2}, "b.data");
    auto* attribute =
        builder.node("If", {"c"}, {"y"}).proto().mutable_graph()->mutable_node(0)->add_attribute();
    ModelBuilder inner;
    inner.external_initializer("u", {2}, "c-uuid");
    *attribute->mutable_g() = inner.proto().graph();
    auto* constant = builder.node("Constant", {}, {"k"})
                         .proto()
                         .mutable_graph()
                         ->mutable_node(1)
                         ->add_attribute();
    *constant->mutable_t() =
        ModelBuilder().external_initializer("k", {1}, "a.data").proto().graph().initializer(0);
    EXPECT_THAT(skeleton_of(builder.bytes()).external_locations,
                ElementsAre("a.data", "b.data", "c-uuid"));
}

TEST(OnnxSkeleton, LocationOfTensorInsideTheFileDoesNotCount) {
    ModelBuilder builder;
    builder.output("y", {1}).external_initializer("w", {2}, "old.data");
    builder.proto().mutable_graph()->mutable_initializer(0)->clear_data_location();
    EXPECT_THAT(skeleton_of(builder.bytes()).external_locations, IsEmpty());
}

TEST(OnnxSkeleton, TenThousandNestedSubgraphsAreCutAndPortsStay) {
    std::string graph = field(2, "innermost");
    for (int i = 0; i < 10000; ++i) {
        graph = field(1, field(4, "If") + field(5, field(1, "then_branch") + field(6, graph)));
    }
    const std::string bytes = field(7, graph + field(12, field(1, "y")));
    const OnnxSkeleton skeleton = skeleton_of(bytes);
    EXPECT_TRUE(skeleton.is_cut_at_depth);
    EXPECT_EQ(parse(skeleton.model).graph().output(0).name(), "y");
}

TEST(OnnxSkeleton, GraphGivenInPiecesIsMergedAsProtobufDoes) {
    const std::string bytes =
        field(7, field(12, field(1, "a"))) + field(7, field(12, field(1, "b")));
    EXPECT_EQ(parse(skeleton_of(bytes).model).graph().output_size(), 2);
}

TEST(OnnxSkeleton, ThingsThatAreNoModelsAreNamed) {
    const std::pair<std::string, const char*> cases[] = {
        {"", "is empty"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:", "is a Git LFS pointer"},
        {"<!DOCTYPE html><html>", "is HTML"},
        {"\x89PNG\r\n\x1a\n", "PNG"},
        {"PK\x03\x04rest", "ZIP"},
        {"\x1f\x8b\x08", "gzip"},
        {std::string(1000, '\0'), "zeros"},
        {std::string("\x08\x07", 2), "has no graph"},
    };
    for (const auto& [bytes, reason] : cases) EXPECT_THAT(reason_for(bytes), HasSubstr(reason));
}

TEST(OnnxSkeleton, BrokenEncodingsAreRefused) {
    const std::pair<std::string, const char*> cases[] = {
        {std::string(11, '\xff'), "longer than 10 bytes"},
        {std::string("\x3a\xff\xff\xff\xff\x7f", 6), "runs past the end"},
        {std::string("\x3a\x7f\x08", 3), "cut off"},
        {std::string("\x08", 1), "cut off"},
        {std::string("\x02\x01", 2), "number 0"},
        {std::string("\x0f\x01", 2), "wire type 7"},
        {std::string("\x0b\x08\x01", 3), "group is not closed"},
        {std::string("\x09\x01", 2), "cut off"},
    };
    for (const auto& [bytes, reason] : cases) EXPECT_THAT(reason_for(bytes), HasSubstr(reason));
}

TEST(OnnxSkeleton, EveryTruncationEndsInAnErrorOrAModel) {
    const std::string bytes = ModelBuilder()
                                  .input("x", {1, std::string("n")})
                                  .initializer("w", {3, 3})
                                  .external_initializer("e", {9}, "e.data")
                                  .node("Relu", {"x"}, {"y"})
                                  .output("y", {1, std::string("n")})
                                  .bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto result = try_read(bytes.substr(0, size));
        if (const auto* skeleton = std::get_if<OnnxSkeleton>(&result)) parse(skeleton->model);
    }
}

TEST(OnnxSkeleton, RandomDamageNeverGivesAnUnreadableSkeleton) {
    const std::string bytes = ModelBuilder()
                                  .input("x", {1, 4})
                                  .initializer("w", {4, 4})
                                  .node("MatMul", {"x", "w"}, {"y"})
                                  .output("y", {1, 4})
                                  .bytes();
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        std::string damaged = bytes;
        for (int k = 0; k < 3; ++k)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        const auto result = try_read(damaged);
        onnx::ModelProto model;
        if (const auto* skeleton = std::get_if<OnnxSkeleton>(&result)) {
            // What the walk accepts may still not fit ONNX's types; it must not crash the parser.
            static_cast<void>(model.ParseFromString(skeleton->model));
        }
    }
}

}  // namespace
}  // namespace onnxhub
