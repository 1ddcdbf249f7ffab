// SPDX-License-Identifier: Apache-2.0
#include "sources/readme_content.h"

#include <algorithm>
#include <utility>

#include "manifest/rule_ids.h"
#include "sources/conflict_markers.h"

namespace onnxhub {
namespace {

/// Within a table, Markdown treats a conflict marker as a row.
bool is_conflict_row(const MarkdownRow& row) {
    const std::string_view text = row.cells.empty() ? "" : std::string_view(row.cells[0].text);
    return text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>") || text == "=======";
}

int conflict_line(std::string_view markdown, const std::vector<MarkdownTable>& tables) {
    if (const int line = first_conflict_line(markdown)) return line;
    for (const MarkdownTable& table : tables) {
        const auto row = std::ranges::find_if(table.rows, is_conflict_row);
        if (row != table.rows.end()) return row->line;
    }
    return 0;
}

}  // namespace

std::optional<std::vector<MarkdownTable>> read_readme_tables(std::string_view markdown,
                                                             const std::string& readme_path,
                                                             Diagnostics& diagnostics) {
    Diagnostics reading;
    auto tables = parse_markdown_tables(markdown, readme_path, reading);
    if (const int line = conflict_line(markdown, tables)) {
        diagnostics.report({Severity::error, rule_id::readme_conflict, readme_path, line,
                            "has conflict markers of a merge, so its rows are not read",
                            "take one side, or both, and remove the markers"});
        return std::nullopt;
    }
    const bool is_unread = reading.has_errors();
    diagnostics.append(std::move(reading));
    if (is_unread) return std::nullopt;
    return tables;
}

}  // namespace onnxhub
