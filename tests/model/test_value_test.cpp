// SPDX-License-Identifier: Apache-2.0
#include "model/test_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx-data_pb.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "manifest/element_type.h"
#include "model/test_value_json.h"
#include "model/value_comparison.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

template <class Number>
TestValue tensor(int type, const std::vector<Number>& numbers,
                 std::vector<std::int64_t> dims = {}) {
    TensorValue value;
    value.element_type = type;
    value.dims = dims.empty() ? std::vector<std::int64_t>{static_cast<std::int64_t>(numbers.size())}
                              : std::move(dims);
    value.data.resize(numbers.size() * sizeof(Number));
    if (!numbers.empty()) std::memcpy(value.data.data(), numbers.data(), value.data.size());
    return {value};
}

TestValue floats(const std::vector<float>& numbers) {
    return tensor<float>(1, numbers);
}

std::string difference(const TestValue& expected, const TestValue& actual,
                       const Tolerance& tolerance = {}) {
    return compare_values(expected, actual, tolerance).difference.value_or("");
}

TEST(CompareValues, NumbersWithinTheToleranceAreEqual) {
    EXPECT_EQ(difference(floats({1000, 0}), floats({1000.9f, 1e-8f})), "");
    EXPECT_EQ(difference(floats({1000}), floats({1002})),
              "is 1002 at [0], not 1000 (1 of 1 numbers differ)");
    EXPECT_EQ(difference(floats({0}), floats({1e-6f})),
              "is 9.999999974752427e-07 at [0], not 0 (1 of 1 numbers differ)");
    EXPECT_EQ(difference(floats({0}), floats({1e-6f}), {0, 1e-5}), "");
    EXPECT_EQ(compare_values(floats({1, 2}), floats({1.5f, 2}), {}).largest_difference, 0.5);
}

TEST(CompareValues, NanEqualsNanAndInfinityOnlyItself) {
    EXPECT_EQ(difference(floats({not_a_number, infinite, -infinite}),
                         floats({not_a_number, infinite, -infinite})),
              "");
    EXPECT_NE(difference(floats({not_a_number}), floats({1})), "");
    EXPECT_NE(difference(floats({1}), floats({not_a_number})), "");
    EXPECT_NE(difference(floats({infinite}), floats({-infinite})), "");
    EXPECT_NE(difference(floats({infinite}), floats({1})), "");
    EXPECT_NE(difference(floats({1}), floats({infinite})), "");
}

TEST(CompareValues, PlacesAreThoseOfTheShape) {
    EXPECT_EQ(difference(tensor<std::int32_t>(6, {0, 0, 0, 0, 0, 7}, {1, 2, 3}),
                         tensor<std::int32_t>(6, {0, 0, 0, 0, 0, 8}, {1, 2, 3})),
              "is 8 at [0, 1, 2], not 7 (1 of 6 numbers differ)");
}

TEST(CompareValues, TypesShapesAndKindsMustBeEqual) {
    EXPECT_EQ(difference(floats({1}), tensor<double>(11, {1})),
              "has elements of type double, not float");
    EXPECT_EQ(difference(tensor<float>(1, {1, 2}, {2, 1}), tensor<float>(1, {1, 2}, {1, 2})),
              "has the shape [1, 2], not [2, 1]");
    EXPECT_EQ(difference({SequenceValue{}}, floats({1})), "is a tensor, not a sequence");
    EXPECT_EQ(difference({NoValue{}}, floats({1})), "is a tensor, not nothing");
    EXPECT_EQ(difference({NoValue{}}, {NoValue{}}), "");
}

TEST(CompareValues, SixtyFourBitsAreComparedExactly) {
    const std::int64_t large = (std::int64_t{1} << 60) + 1;
    EXPECT_EQ(
        difference(tensor<std::int64_t>(7, {large}), tensor<std::int64_t>(7, {large}), {0, 0}), "");
    EXPECT_NE(
        difference(tensor<std::int64_t>(7, {large}), tensor<std::int64_t>(7, {large - 1}), {0, 0}),
        "");
}

TEST(CompareValues, TruthValuesAndStringsHaveNoTolerance) {
    EXPECT_NE(difference(tensor<std::uint8_t>(9, {1}), tensor<std::uint8_t>(9, {0}), {10, 10}), "");
    TensorValue one, other;
    one.element_type = other.element_type = 8;
    one.dims = other.dims = {2};
    one.strings = {"a", "b"};
    other.strings = {"a", "c"};
    EXPECT_EQ(difference({one}, {one}), "");
    EXPECT_EQ(difference({one}, {other}), "is \"c\" at [1], not \"b\"");
}

struct SmallNumber {
    int type;
    unsigned bits;
    double value;
};

/// The numbers that the definitions of the types state.
TEST(CompareValues, SmallTypesHaveTheirNumbers) {
    const SmallNumber numbers[] = {
        {10, 0x3c00, 1},
        {10, 0x0001, std::ldexp(1, -24)},
        {10, 0x7bff, 65504},
        {10, 0xc000, -2},
        {16, 0x3f80, 1},
        {16, 0xc040, -3},
        {17, 0x38, 1},
        {17, 0x7e, 448},
        {17, 0x01, std::ldexp(1, -9)},
        {18, 0x40, 1},
        {18, 0x7f, 240},
        {19, 0x3c, 1},
        {19, 0x7b, 57344},
        {20, 0x40, 1},
        {20, 0x7f, 57344},
        {24, 0x7f, 1},
        {24, 0x80, 2},
        {21, 0x0f, 15},
        {22, 0x0f, -1},
        {22, 0x08, -8},
        {23, 0x07, 6},
        {23, 0x01, 0.5},
        {23, 0x0a, -1},
        {25, 0x03, 3},
        {26, 0x03, -1},
        {26, 0x02, -2},
        {3, 0xff, -1},
        {2, 0xff, 255},
        {4, 0xffff, 65535},
        {5, 0xffff, -1},
    };
    for (const SmallNumber& number : numbers) {
        const bool is_wide =
            number.type == 10 || number.type == 16 || number.type == 4 || number.type == 5;
        const auto value = [&](unsigned bits) {
            return is_wide ? tensor<std::uint16_t>(number.type, {static_cast<std::uint16_t>(bits)})
                           : tensor<std::uint8_t>(number.type, {static_cast<std::uint8_t>(bits)});
        };
        // The difference from zero is the number.
        EXPECT_EQ(compare_values(value(0), value(number.bits), {}).largest_difference,
                  number.type == 24 ? number.value - std::ldexp(1, -127) : std::abs(number.value))
            << element_type_name(number.type) << " " << number.bits;
    }
    const auto eight = [](int type, unsigned bits) {
        return tensor<std::uint8_t>(type, {static_cast<std::uint8_t>(bits)});
    };
    for (const auto& [type, bits] :
         {std::pair(17, 0x7f), {17, 0xff}, {18, 0x80}, {19, 0x7d}, {20, 0x80}, {24, 0xff}}) {
        EXPECT_EQ(difference(eight(type, bits), eight(type, bits)), "");
        EXPECT_NE(difference(eight(type, bits), eight(type, 1)), "") << type;
    }
    EXPECT_EQ(compare_values(eight(19, 0x7c), eight(19, 0), {}).largest_difference, infinite);
}

TEST(CompareValues, ElementsThatShareBytesHaveTheFirstInTheLowestBits) {
    EXPECT_EQ(difference(tensor<std::uint8_t>(22, {0x21, 0x03}, {3}),
                         tensor<std::uint8_t>(22, {0x21, 0x04}, {3})),
              "is 4 at [2], not 3 (1 of 3 numbers differ)");
}

onnx::TensorProto proto(int type, std::vector<std::int64_t> dims) {
    onnx::TensorProto tensor;
    tensor.set_name("n");
    tensor.set_data_type(type);
    for (const std::int64_t dimension : dims) tensor.add_dims(dimension);
    return tensor;
}

std::string data_of(const NamedValue& value) {
    return std::get<TensorValue>(value.value.data).data;
}

TEST(ReadTestValue, TypedFieldsAndRawDataAreTheSame) {
    onnx::TensorProto typed = proto(1, {2}), raw = proto(1, {2});
    typed.add_float_data(1);
    typed.add_float_data(-2);
    const float values[] = {1, -2};
    raw.set_raw_data(values, sizeof values);
    const auto read = [](const onnx::TensorProto& tensor) {
        return read_test_value(tensor.SerializeAsString(), "tensor(float)");
    };
    EXPECT_EQ(data_of(read(typed)), data_of(read(raw)));
    EXPECT_EQ(read(typed).name, "n");
    onnx::TensorProto half = proto(10, {1});
    half.add_int32_data(0x3c00);
    EXPECT_EQ(data_of(read(half)), std::string("\x00\x3c", 2));
    onnx::TensorProto truth = proto(9, {2});
    truth.add_int32_data(1);
    truth.add_int32_data(0);
    EXPECT_EQ(data_of(read(truth)), std::string("\x01\x00", 2));
    onnx::TensorProto unsigned32 = proto(12, {1});
    unsigned32.add_uint64_data(5);
    EXPECT_EQ(data_of(read(unsigned32)), std::string("\x05\x00\x00\x00", 4));
}

std::string refusal(const std::string& bytes, const char* type) {
    try {
        read_test_value(bytes, type);
    } catch (const UnusableValue& error) {
        return error.what();
    }
    return "read";
}

TEST(ReadTestValue, OtherBytesAreRefused) {
    EXPECT_EQ(refusal("\xff\xff", "tensor(float)"), "is not a tensor");
    EXPECT_THAT(refusal(proto(1, {3}).SerializeAsString(), "tensor(float)"),
                HasSubstr("its dimensions need 3"));
    EXPECT_THAT(refusal(proto(1, {-3}).SerializeAsString(), "tensor(float)"),
                HasSubstr("dimensions that no tensor can have"));
    EXPECT_THAT(refusal("", "sparse_tensor(float)"), HasSubstr("port of type sparse_tensor"));
    onnx::TensorProto external = proto(1, {1});
    external.set_data_location(onnx::TensorProto::EXTERNAL);
    EXPECT_THAT(refusal(external.SerializeAsString(), "tensor(float)"), HasSubstr("another file"));
    onnx::SequenceProto deep;
    for (int i = 0; i < 30; ++i) {
        onnx::SequenceProto outer;
        *outer.add_sequence_values() = deep;
        deep = outer;
    }
    EXPECT_EQ(refusal(deep.SerializeAsString(), "seq(tensor(float))"), "is nested too deeply");
}

/// Fields 1000 and 1001 belong to skeletons: by these, they state the size of data left out.
TEST(ReadTestValue, AFileCannotStateDataThatItDoesNotHave) {
    const std::string left_out_raw_bytes("\xc0\x3e\xa0\x1f", 4);  // 4000
    const std::string left_out_values("\xc8\x3e\x01", 3);
    for (const std::string& fields :
         {left_out_raw_bytes, left_out_values, left_out_raw_bytes + left_out_values}) {
        EXPECT_EQ(refusal(proto(1, {1000}).SerializeAsString() + fields, "tensor(float)"),
                  "has another size than its dimensions");
    }
    EXPECT_EQ(refusal(proto(8, {1000}).SerializeAsString() + left_out_values, "tensor(string)"),
              "has another size than its dimensions");
}

TEST(ValueJson, RoundTripsEveryKind) {
    const TestValue numbers = floats({1, not_a_number, -3});
    TensorValue strings;
    strings.element_type = 8;
    strings.dims = {1, 2};
    strings.strings = {"é", ""};
    const TestValue map{MapValue{strings, {numbers, numbers}}};
    const TestValue all{SequenceValue{{numbers, {strings}, map, {NoValue{}}, {SequenceValue{}}}}};
    EXPECT_EQ(difference(all, value_from_json(to_json(all))), "");
    for (std::size_t length = 0; length < 20; ++length) {
        const TestValue bytes = tensor<std::uint8_t>(2, std::vector<std::uint8_t>(length, 0xfb));
        EXPECT_EQ(difference(bytes, value_from_json(to_json(bytes)), {0, 0}), "") << length;
    }
}

TEST(ValueJson, HostileAnswersAreRefused) {
    for (const char* text :
         {"1", "[]", "{}", R"({"type": "float"})", R"({"type": "float", "dims": [1], "data": ""})",
          R"({"type": "float", "dims": [-1], "data": ""})",
          R"({"type": "float", "dims": [4611686018427387904, 4611686018427387904], "data": ""})",
          R"({"type": "nothing", "dims": [], "data": "AAAA"})",
          R"({"type": "float", "dims": [], "data": "!!!!!!"})",
          R"({"type": "string", "dims": [2], "strings": ["a"]})", R"({"sequence": 1})",
          R"({"sequence": [1]})", R"({"keys": 1, "values": 1})"}) {
        const auto parsed = parse_json(text);
        EXPECT_THROW(value_from_json(std::get<JsonDocument>(parsed).root), UnusableValue) << text;
    }
    const TestValue map{MapValue{std::get<TensorValue>(floats({1}).data), {floats({1})}}};
    EXPECT_THROW(compare_values(map, map, {}), UnusableValue);
    TensorValue keys;
    keys.element_type = 8;
    const TestValue uneven{MapValue{keys, {floats({1}), floats({1})}}};
    EXPECT_THROW(compare_values(uneven, uneven, {}), UnusableValue);
}

}  // namespace
}  // namespace onnxhub
