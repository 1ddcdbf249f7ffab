// SPDX-License-Identifier: Apache-2.0
// Numbers in the data of tensors. Only the .cpp files of this module include this header.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

namespace onnxhub {

template <class Stored>
Stored stored_at(const std::string& data, std::size_t index) {
    Stored stored{};
    std::memcpy(&stored, data.data() + index * sizeof stored, sizeof stored);
    return stored;
}

/// The number at `index` of data with elements of this type, which must have it. Numbers of a
/// complex element count separately. Throws UnusableValue for types without numbers.
double number_at(int type, const std::string& data, std::size_t index);

}  // namespace onnxhub
