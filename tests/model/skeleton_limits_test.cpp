// SPDX-License-Identifier: Apache-2.0
// Graphs beyond the limits on memory.
#include "model/skeleton_limits.h"

#include <gtest/gtest.h>

#include <string>

#include "model/model_graph.h"
#include "model/onnx_skeleton.h"

namespace onnxhub {
namespace {

std::string varint_bytes(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
    return bytes + static_cast<char>(value);
}

std::string message(std::uint32_t field, const std::string& content) {
    return varint_bytes(field << 3 | 2) + varint_bytes(content.size()) + content;
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    all.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

/// A ModelProto with this content in its GraphProto.
std::string model_of(const std::string& graph) {
    return std::string("\x08\x08") + message(7, graph);
}

const std::string node = message(1, "");
const std::string input = message(11, message(1, "x"));
const std::string output = message(12, message(1, "y"));

std::string refusal_reason(const std::string& model) {
    const auto result = read_skeleton(*memory_source(model));
    const auto* error = std::get_if<SkeletonError>(&result);
    return error ? error->reason : "accepted";
}

TEST(SkeletonLimits, InputsAndOutputsAreCountedTogether) {
    const std::string ports = repeated(input, skeleton_port_limit - 1);
    EXPECT_EQ(refusal_reason(model_of(ports + output)), "accepted");
    EXPECT_EQ(refusal_reason(model_of(ports + output + output)),
              "its graph has more than 100000 inputs and outputs");
}

TEST(SkeletonLimits, PortsOfSubgraphsAreNotTheModels) {
    const std::string body = repeated(input, skeleton_port_limit) + output;
    const std::string attribute = message(5, message(1, "body") + message(6, body));
    EXPECT_EQ(refusal_reason(model_of(message(1, attribute) + input + output)), "accepted");
}

TEST(SkeletonLimits, MessagesNeedBytesBeyondAMillion) {
    // The graph is a message too.
    const std::string nodes = repeated(node, skeleton_few_messages - 1);
    EXPECT_EQ(refusal_reason(model_of(nodes)), "accepted");
    EXPECT_EQ(refusal_reason(model_of(nodes + node)),
              "its graph has more than 1000000 nodes, attributes, tensors and values, the most for "
              "its size");
    const std::string weights = message(5, message(9, std::string(20 << 20, 'w')));
    EXPECT_EQ(refusal_reason(model_of(nodes + node + weights)), "accepted");
}

TEST(SkeletonLimits, AMillionInputsAreAnErrorOfTheGraph) {
    const auto result =
        read_model_graph(*memory_source(model_of(repeated(input, 1'000'000))), nullptr, {});
    ASSERT_TRUE(std::holds_alternative<SkeletonError>(result));
    EXPECT_EQ(std::get<SkeletonError>(result).reason,
              "its graph has more than 100000 inputs and outputs");
}

}  // namespace
}  // namespace onnxhub
