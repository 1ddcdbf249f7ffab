// SPDX-License-Identifier: Apache-2.0
// Reports: the outcome of a validation as a document for people or programs. See docs/reports.md.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "validator/finding.h"

namespace onnxhub {

enum class ReportFormat { text, json, sarif, github, junit, markdown };

struct ReportOptions {
    bool color = false;    ///< text only: terminal colours
    bool verbose = false;  ///< text only: why a rule matters, at the rule's first finding
    std::string tool_version;
    /// Markdown only, bytes. GitHub discards a job summary of more than 1 MiB as a whole; what
    /// `diff` says fits in beside this.
    std::size_t markdown_limit = 980'000;
    std::span<const RuleInfo> rules;  ///< those that were applied, for formats that describe them
};

/// The whole document, with a line break at its end. Text from the repository may hold anything: it
/// comes out as text of the format, never as its markup, a terminal escape or a workflow command.
std::string render(const ValidationReport& report, ReportFormat format,
                   const ReportOptions& options);

}  // namespace onnxhub
