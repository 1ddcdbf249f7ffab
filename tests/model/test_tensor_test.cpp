// SPDX-License-Identifier: Apache-2.0
#include "model/test_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/archive_builder.h"

namespace onnxhub {
namespace {

using test::tensor_bytes;

std::variant<TestTensor, MalformedTensor> read_tensor(const std::string& bytes,
                                                      std::size_t block = 3) {
    TestTensorReader reader;
    for (std::size_t at = 0; at < bytes.size(); at += block) {
        reader.data(
            std::as_bytes(std::span(bytes)).subspan(at, std::min(block, bytes.size() - at)));
    }
    return reader.finish();
}

std::string reason_of(const std::string& bytes) {
    const auto result = read_tensor(bytes);
    const auto* malformed = std::get_if<MalformedTensor>(&result);
    return malformed ? malformed->reason : "";
}

TEST(TestTensor, SaysTypeShapeAndNameWhateverTheBlocks) {
    const std::string bytes = tensor_bytes(1, {1, 3, 224, 224}, 5000, "data");
    const TestTensor expected{"data", 1, {1, 3, 224, 224}};
    for (const std::size_t block : {1, 2, 7, 100, 100'000}) {
        const auto result = read_tensor(bytes, block);
        ASSERT_TRUE(std::holds_alternative<TestTensor>(result));
        EXPECT_EQ(std::get<TestTensor>(result), expected);
    }
}

TEST(TestTensor, ReadsPackedAndUnpackedDimensions) {
    const std::string unpacked("\x08\x04\x08\x80\x02\x10\x07", 7);
    const std::string packed("\x0a\x03\x04\x80\x02\x10\x07", 7);
    const TestTensor expected{"", 7, {4, 256}};
    EXPECT_EQ(std::get<TestTensor>(read_tensor(unpacked)), expected);
    EXPECT_EQ(std::get<TestTensor>(read_tensor(packed)), expected);
}

TEST(TestTensor, ScalarsHaveNoDimensions) {
    EXPECT_EQ(std::get<TestTensor>(read_tensor(tensor_bytes(7, {}, 8))).dims.size(), 0u);
}

TEST(TestTensor, BrokenBytesAreToldApart) {
    EXPECT_EQ(reason_of(""), "it has no element type");
    EXPECT_EQ(reason_of("version https://git-lfs.github.com/spec/v1\n"),
              "it is not a protobuf message");
    EXPECT_EQ(reason_of(tensor_bytes(1, {4}, 100).substr(0, 50)), "it is cut off");
    EXPECT_EQ(reason_of(std::string("\x4a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10)),
              "it is cut off");
    EXPECT_EQ(reason_of(std::string(20, '\xff')), "a number in it is longer than 10 bytes");
    EXPECT_EQ(reason_of(std::string("\x0a\x01\x80\x10\x07", 5)), "its dims are cut off");
    EXPECT_EQ(reason_of(tensor_bytes(1, std::vector<std::int64_t>(65, 1))),
              "it has more than 64 dimensions");
    EXPECT_EQ(reason_of(tensor_bytes(1, {}, 0, std::string(5000, 'n'))),
              "its name is longer than 4,096 bytes");
}

}  // namespace
}  // namespace onnxhub
