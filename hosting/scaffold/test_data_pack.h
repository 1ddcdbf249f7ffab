// SPDX-License-Identifier: Apache-2.0
// A model and its test data as an archive, in the official zoo's layout.
#pragma once

#include <filesystem>
#include <string>

#include "manifest/test_data_archive.h"

namespace onnxhub {

/// Bytes of a .tar.gz with `<top>/model.onnx` and what `test_data` (a folder with folders
/// test_data_set_N of .pb files, or one such folder) holds. The same files give the same bytes: no
/// times, owners or permissions. Throws EnvironmentError when there is no test data, or something
/// can't be read.
std::string pack_test_data(const std::filesystem::path& model,
                           const std::filesystem::path& test_data, const std::string& top);

/// What their archive would tell of the same files; paths have no top folder in front. Throws
/// EnvironmentError as pack_test_data() does.
TestDataArchive read_test_data(const std::filesystem::path& test_data);

}  // namespace onnxhub
