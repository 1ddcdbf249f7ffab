// SPDX-License-Identifier: Apache-2.0
// The changes inside models as a document.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "diff/model_diff.h"
#include "manifest/json.h"
#include "manifest/part_file.h"

namespace onnxhub {

enum class DiffFormat { text, markdown, json };

struct DiffReport {
    std::string before;  ///< names of the sides: "main", "the working tree"
    std::string after;
    ModelDiff diff;

    bool operator==(const DiffReport&) const = default;
};

/// GitHub accepts comments of up to 65,536 characters. Sentences say what does not fit.
inline constexpr std::size_t diff_comment_limit = 60'000;  // bytes

/// The whole document, with a line break at its end. Text from the repository is escaped. Only
/// Markdown is cut, after `markdown_limit` bytes.
std::string render(const DiffReport& report, DiffFormat format,
                   std::size_t markdown_limit = diff_comment_limit);

/// Whether a document is meant as such a report: by its keys.
bool is_diff_report(const JsonValue& document);

/// A report in the format `json` of docs/reports.md, version 1; otherwise one clause that says what
/// is wrong.
std::variant<DiffReport, std::string> parse_diff_report(const JsonValue& document);

/// The report in a file. Throws UserError when it has another form.
DiffReport diff_report_in(const PartFile& file);

}  // namespace onnxhub
