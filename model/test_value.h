// SPDX-License-Identifier: Apache-2.0
// Values that a model takes and gives, from test data (onnx.TensorProto, SequenceProto, MapProto,
// OptionalProto) and from a runtime.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

struct TensorValue {
    int element_type = 0;  ///< onnx.TensorProto.DataType
    std::vector<std::int64_t> dims;
    /// Elements as in TensorProto.raw_data: little-endian, those of less than 8 bits share bytes.
    std::string data;
    std::vector<std::string> strings;  ///< instead of `data`
};

struct TestValue;

struct SequenceValue {
    std::vector<TestValue> items;
};

/// Keys and values in the same order; keys are a tensor of strings or of int64.
struct MapValue {
    TensorValue keys;
    std::vector<TestValue> values;
};

struct NoValue {};  ///< an optional without a value

struct TestValue {
    std::variant<NoValue, TensorValue, SequenceValue, MapValue> data;
};

/// A value that has no place here, with the reason as one clause.
class UnusableValue : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A named value of test data.
struct NamedValue {
    std::string name;  ///< may be empty
    TestValue value;
};

/// Reads one file of test data for a port of this type, such as "seq(tensor(float))". Throws
/// UnusableValue.
NamedValue read_test_value(std::string_view bytes, std::string_view port_type);

}  // namespace onnxhub
