// SPDX-License-Identifier: Apache-2.0
#include "model/test_tensor.h"

#include <algorithm>
#include <utility>

#include "model/wire_cursor.h"

namespace onnxhub {
namespace {

// Fields of onnx.TensorProto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
constexpr std::uint64_t dims_field = 1;
constexpr std::uint64_t data_type_field = 2;
constexpr std::uint64_t name_field = 8;
constexpr std::uint64_t raw_data_field = 9;

constexpr std::size_t dims_limit = 64;      // dimensions; runtimes end at 8 or 16
constexpr std::uint64_t name_limit = 4096;  // bytes
constexpr int varint_limit = 10;            // bytes

}  // namespace

void TestTensorReader::fail(std::string reason) {
    if (!problem_) problem_ = std::move(reason);
}

void TestTensorReader::data(std::span<const std::byte> block) {
    while (!block.empty() && !problem_) block = block.subspan(consume(block));
}

/// Returns how many bytes of `block` were used, at least one.
std::size_t TestTensorReader::consume(std::span<const std::byte> block) {
    if (state_ == State::skip || state_ == State::text) {
        const std::size_t count = std::min<std::uint64_t>(left_, block.size());
        if (state_ == State::text) {
            tensor_.name.append(reinterpret_cast<const char*>(block.data()), count);
        }
        left_ -= count;
        if (left_ == 0) state_ = State::tag;
        return count;
    }
    const auto byte = static_cast<std::uint8_t>(block.front());
    varint_ |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * varint_bytes_);
    ++varint_bytes_;
    if (state_ == State::packed_dims) --left_;
    if ((byte & 0x80) != 0) {
        if (varint_bytes_ == varint_limit) fail("a number in it is longer than 10 bytes");
        if (state_ == State::packed_dims && left_ == 0) fail("its dims are cut off");
        return 1;
    }
    switch (state_) {
        case State::tag:
            begin_field();
            break;
        case State::length:
            end_length();
            break;
        default:
            end_varint();
    }
    varint_ = 0;
    varint_bytes_ = 0;
    return 1;
}

void TestTensorReader::begin_field() {
    field_ = varint_ >> 3;
    if (field_ == 0) return fail("it has a field without a number");
    switch (varint_ & 7) {
        case WireType::varint:
            state_ = State::varint;
            return;
        case WireType::fixed64:
            left_ = 8;
            state_ = State::skip;
            return;
        case WireType::fixed32:
            left_ = 4;
            state_ = State::skip;
            return;
        case WireType::length_delimited:
            state_ = State::length;
            return;
        default:
            fail("it is not a protobuf message");
    }
}

void TestTensorReader::end_varint() {
    if (field_ == dims_field) {
        if (tensor_.dims.size() == dims_limit) return fail("it has more than 64 dimensions");
        tensor_.dims.push_back(static_cast<std::int64_t>(varint_));
    } else if (field_ == data_type_field) {
        tensor_.element_type = static_cast<int>(std::min<std::uint64_t>(varint_, 1000));
    }
    if (state_ != State::packed_dims || left_ == 0) state_ = State::tag;
}

void TestTensorReader::end_length() {
    left_ = varint_;
    state_ = State::skip;
    if (field_ == dims_field) state_ = State::packed_dims;
    if (field_ == name_field) {
        if (left_ > name_limit) return fail("its name is longer than 4,096 bytes");
        tensor_.name.clear();
        state_ = State::text;
    }
    if (left_ == 0) state_ = State::tag;
}

std::variant<TestTensor, MalformedTensor> TestTensorReader::finish() {
    if (!problem_ && (state_ != State::tag || varint_bytes_ > 0)) fail("it is cut off");
    if (!problem_ && tensor_.element_type == 0) fail("it has no element type");
    if (problem_) return MalformedTensor{std::move(*problem_)};
    return std::move(tensor_);
}

}  // namespace onnxhub
