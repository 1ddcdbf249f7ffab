// SPDX-License-Identifier: Apache-2.0
// Compares test data with the ports of the model, before or after packing.
#pragma once

#include <string>
#include <vector>

#include "manifest/entry.h"
#include "model/test_data_archive.h"

namespace onnxhub {

/// One clause each, beginning with the file: "mnist/test_data_set_0/input_0.pb is int64[1], the
/// model takes float[1,1,28,28]". No more than 20.
std::vector<std::string> compare_test_data(const TestDataArchive& archive, const IoPorts& ports);

}  // namespace onnxhub
