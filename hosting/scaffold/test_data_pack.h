// SPDX-License-Identifier: Apache-2.0
// Packs a model and its test data as an archive, in the official zoo's layout.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "model/test_data_archive.h"

namespace onnxhub {

/// The content of an archive.
struct ModelWithTestData {
    std::filesystem::path model;
    std::map<std::string, std::filesystem::path> weights;  ///< by path relative to the model
    /// A folder with folders test_data_set_N of .pb files, or one such folder.
    std::filesystem::path test_data;
};

/// Writes a .tar.gz with `<top>/model.onnx`, the external data at its paths below `<top>/`, and the
/// test data. The same files give the same bytes: no times, owners or permissions are stored.
/// `check_interruption` is called between blocks. Throws UserError when there is no test data, or a
/// file cannot be read or written; an incomplete `archive` may then remain.
void pack_test_data(const ModelWithTestData& content, const std::string& top,
                    const std::filesystem::path& archive,
                    const std::function<void()>& check_interruption);

/// The same facts as from reading the archive of these files; paths have no top folder. Throws
/// UserError as pack_test_data() does.
TestDataArchive read_test_data(const std::filesystem::path& test_data);

}  // namespace onnxhub
