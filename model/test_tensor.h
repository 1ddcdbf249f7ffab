// SPDX-License-Identifier: Apache-2.0
// Reads type and shape of a serialized onnx.TensorProto from a stream, since test data may be
// larger than memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace onnxhub {

struct TestTensor {
    std::string name;
    int element_type = 0;  ///< onnx.TensorProto.DataType
    std::vector<std::int64_t> dims;

    bool operator==(const TestTensor&) const = default;
};

/// Why the bytes are not a TensorProto, as one clause.
struct MalformedTensor {
    std::string reason;
};

/// Takes the bytes of one message block by block, in constant memory.
/// Wire format: https://protobuf.dev/programming-guides/encoding/
class TestTensorReader {
public:
    void data(std::span<const std::byte> block);

    /// Call it once, after the last block.
    std::variant<TestTensor, MalformedTensor> finish();

private:
    enum class State { tag, varint, length, skip, text, packed_dims };

    void begin_field();
    void end_varint();
    void end_length();
    void fail(std::string reason);
    std::size_t consume(std::span<const std::byte> block);

    State state_ = State::tag;
    std::uint64_t varint_ = 0;
    int varint_bytes_ = 0;
    std::uint64_t field_ = 0;
    std::uint64_t left_ = 0;  ///< remaining bytes of the current field
    TestTensor tensor_;
    std::optional<std::string> problem_;
};

}  // namespace onnxhub
