// SPDX-License-Identifier: Apache-2.0
#include "cli/index_options.h"

#include <fmt/format.h>

#include "base/quantity.h"

namespace onnxhub {

CLI::Option* add_keep_index_option(CLI::App& command, std::size_t& roots) {
    constexpr std::size_t most = 100;
    return command
        .add_option(
            "--keep-index", roots,
            "Keep the files of the last N indexes for clients that are reading (default: 2)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, most));
}

std::string index_report_text(const IndexFolderReport& report) {
    std::string text =
        fmt::format("index: {} files, {}; {} written ({})", report.files, human_bytes(report.bytes),
                    report.written, human_bytes(report.written_bytes));
    if (report.removed > 0) text += fmt::format(", {} removed", report.removed);
    return text;
}

}  // namespace onnxhub
