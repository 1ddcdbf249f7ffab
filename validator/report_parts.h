// SPDX-License-Identifier: Apache-2.0
// Texts and orders that several report formats share. Private to this module.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/escaping.h"
#include "validator/finding.h"

namespace onnxhub {

struct SeverityCounts {
    std::size_t errors = 0;
    std::size_t warnings = 0;
    std::size_t notes = 0;

    void add(Severity severity);
};

SeverityCounts count_severities(const std::vector<Finding>& findings);

/// "1 file", "3 files".
std::string counted(std::size_t count, std::string_view noun);

std::string to_text(const SeverityCounts& counts);  ///< "2 errors, 1 warning"; "no findings"

/// "2 errors, 1 warning in 3 files; checked 189 entries, 189 rows, 373 files".
std::string summary_text(const ValidationReport& report);

std::size_t count_files(const std::vector<Finding>& findings);

/// "12 not checked by graph-opset-differs: not downloaded".
std::string to_text(const Unchecked& unchecked);

/// The path of the finding's file relative to the top of the repository.
std::string repository_path(const ValidationReport& report, const std::string& file);

/// "file:line:column", as far as known; "the repository" without a file.
std::string location_text(const Finding& finding);

/// The path as a URI reference (RFC 3986): all except unreserved characters and '/' is encoded, so
/// that a colon in the first segment is not a scheme.
std::string uri_of(std::string_view path);

/// The documentation of a rule.
std::string rule_url(std::string_view rule);

/// Message and hint in one line: "message; hint".
std::string statement_text(const Finding& finding);

/// Errors, then warnings, then notes; each in the given order.
std::vector<const Finding*> worst_first(const std::vector<Finding>& findings);

/// Columns counted in Unicode code points, 1-based; `end` is exclusive.
struct CharacterColumns {
    int begin = 0;
    std::optional<int> end;  ///< absent: to the end of the line
};

/// Nothing if the finding has no column, or no source line to count characters in.
std::optional<CharacterColumns> character_columns(const Finding& finding);

}  // namespace onnxhub
