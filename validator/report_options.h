// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "validator/finding.h"

namespace onnxhub {

struct ReportOptions {
    bool color = false;    ///< text only: terminal colours
    bool verbose = false;  ///< text only: why a rule matters, at the rule's first finding
    std::string tool_version;
    /// Markdown only, bytes. GitHub discards job summaries of more than 1 MiB. The output of `diff`
    /// fits in the same summary.
    std::size_t markdown_limit = 980'000;
    /// Markdown only: where a browser shows the checked files, with a slash at its end:
    /// "https://github.com/acme/models/blob/COMMIT/". Empty: without links to files.
    std::string files_url = {};
    std::span<const RuleInfo> rules;  ///< the applied rules, for formats that describe them
};

}  // namespace onnxhub
