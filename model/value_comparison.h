// SPDX-License-Identifier: Apache-2.0
// Compares the values that a runtime gives with the expected ones.
#pragma once

#include <optional>
#include <string>

#include "model/test_value.h"

namespace onnxhub {

/// How far numbers may differ: by absolute + relative · |expected|.
struct Tolerance {
    double relative = 1e-3;
    double absolute = 1e-7;

    bool operator==(const Tolerance&) const = default;
};

struct ValueComparison {
    std::optional<std::string> difference;  ///< the first one, as one clause; nullopt: none
    double largest_difference = 0;          ///< of two numbers; infinite for an infinity
};

/// NaN equals NaN. Strings and truth values have no tolerance. Optional values that are present are
/// compared as what they hold. Throws UnusableValue for element types that it cannot read.
ValueComparison compare_values(const TestValue& expected, const TestValue& actual,
                               const Tolerance& tolerance);

}  // namespace onnxhub
