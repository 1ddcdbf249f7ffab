// SPDX-License-Identifier: Apache-2.0
// What commands that write an index share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

#include "hosting/export/index_folder.h"

namespace onnxhub {

/// --keep-index
CLI::Option* add_keep_index_option(CLI::App& command, std::size_t& roots);

/// "index: 120 files, 4.1 MB; 3 written (200 kB), 5 removed"
std::string index_report_text(const IndexFolderReport& report);

}  // namespace onnxhub
