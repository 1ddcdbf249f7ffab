// SPDX-License-Identifier: Apache-2.0
// A model and its test data as an archive, in the official zoo's layout.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "model/test_data_archive.h"

namespace onnxhub {

/// What goes into an archive.
struct ModelWithTestData {
    std::filesystem::path model;
    std::map<std::string, std::filesystem::path> weights;  ///< by their place beside the model
    std::filesystem::path test_data;  ///< a folder with test_data_set_N of .pb files, or one such
};

/// Writes a .tar.gz with `<top>/model.onnx`, `<top>/` and each place of the weights, and the test
/// data. The same files give the same bytes: no times, owners or permissions. `check_interruption`
/// is called between blocks. Throws UserError when there is no test data, or something can't
/// be read or written; then a part of `archive` may be there.
void pack_test_data(const ModelWithTestData& content, const std::string& top,
                    const std::filesystem::path& archive,
                    const std::function<void()>& check_interruption);

/// What their archive would tell of the same files; paths have no top folder in front. Throws
/// UserError as pack_test_data() does.
TestDataArchive read_test_data(const std::filesystem::path& test_data);

}  // namespace onnxhub
