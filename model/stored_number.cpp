// SPDX-License-Identifier: Apache-2.0
#include "model/stored_number.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/element_types.h"
#include "model/test_value.h"

namespace onnxhub {
namespace {

/// A number with so many bits for exponent and mantissa. `has_infinity`: the largest exponent is
/// that of infinity and NaN, as in IEEE 754.
double small_float(unsigned bits, int exponent_bits, int mantissa_bits, int bias,
                   bool has_infinity) {
    const unsigned exponent = bits >> mantissa_bits & ((1U << exponent_bits) - 1);
    const unsigned mantissa = bits & ((1U << mantissa_bits) - 1);
    const double sign = bits >> (exponent_bits + mantissa_bits) & 1U ? -1.0 : 1.0;
    if (has_infinity && exponent == (1U << exponent_bits) - 1) {
        return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    }
    const double fraction = std::ldexp(mantissa, -mantissa_bits);
    return exponent == 0 ? sign * std::ldexp(fraction, 1 - bias)
                         : sign * std::ldexp(1 + fraction, static_cast<int>(exponent) - bias);
}

/// Definitions: https://onnx.ai/onnx/technical/float8.html
double float8_at(int type, unsigned bits) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    switch (type) {
        case of_float8e4m3fn:
            return (bits & 0x7f) == 0x7f ? nan : small_float(bits, 4, 3, 7, false);
        case of_float8e4m3fnuz:
            return bits == 0x80 ? nan : small_float(bits, 4, 3, 8, false);
        case of_float8e5m2:
            return small_float(bits, 5, 2, 15, true);
        case of_float8e5m2fnuz:
            return bits == 0x80 ? nan : small_float(bits, 5, 2, 16, false);
        default:  // float8e8m0
            return bits == 0xff ? nan : std::ldexp(1.0, static_cast<int>(bits) - 127);
    }
}

/// An element of less than 8 bits; the first one is in the lowest bits.
double shared_at(int type, const std::string& data, std::size_t index) {
    const unsigned width = type == of_uint2 || type == of_int2 ? 2 : 4;
    const auto byte = static_cast<unsigned char>(data[index * width / 8]);
    const unsigned bits = byte >> (index * width % 8) & ((1U << width) - 1);
    if (type == of_float4e2m1) return small_float(bits, 2, 1, 1, false);
    const bool is_signed = type == of_int4 || type == of_int2;
    const bool is_negative = is_signed && (bits >> (width - 1)) != 0;
    return static_cast<double>(bits) - (is_negative ? static_cast<double>(1U << width) : 0);
}

}  // namespace

double number_at(int type, const std::string& data, std::size_t index) {
    switch (type) {
        case of_float:
        case of_complex64:
            return stored_at<float>(data, index);
        case of_double:
        case of_complex128:
            return stored_at<double>(data, index);
        case of_uint8:
        case of_bool:
            return stored_at<std::uint8_t>(data, index);
        case of_int8:
            return stored_at<std::int8_t>(data, index);
        case of_uint16:
            return stored_at<std::uint16_t>(data, index);
        case of_int16:
            return stored_at<std::int16_t>(data, index);
        case of_int32:
            return stored_at<std::int32_t>(data, index);
        case of_uint32:
            return stored_at<std::uint32_t>(data, index);
        case of_int64:
            return static_cast<double>(stored_at<std::int64_t>(data, index));
        case of_uint64:
            return static_cast<double>(stored_at<std::uint64_t>(data, index));
        case of_float16:
            return small_float(stored_at<std::uint16_t>(data, index), 5, 10, 15, true);
        case of_bfloat16:
            return std::bit_cast<float>(
                static_cast<std::uint32_t>(stored_at<std::uint16_t>(data, index)) << 16);
        case of_float8e4m3fn:
        case of_float8e4m3fnuz:
        case of_float8e5m2:
        case of_float8e5m2fnuz:
        case of_float8e8m0:
            return float8_at(type, stored_at<std::uint8_t>(data, index));
        case of_uint4:
        case of_int4:
        case of_float4e2m1:
        case of_uint2:
        case of_int2:
            return shared_at(type, data, index);
        default:
            throw UnusableValue("has an element type that cannot be compared");
    }
}

}  // namespace onnxhub
