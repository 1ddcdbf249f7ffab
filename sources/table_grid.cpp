// SPDX-License-Identifier: Apache-2.0
#include "sources/table_grid.h"

#include <algorithm>
#include <utility>

namespace onnxhub {
namespace {

std::size_t bytes_of(const MarkdownCell& cell) {
    std::size_t bytes = cell.text.size();
    for (const std::string& link : cell.links) bytes += link.size();
    for (const std::string& text : cell.link_texts) bytes += text.size();
    return bytes;
}

/// Places rows one below the other.
class GridBuilder {
public:
    explicit GridBuilder(TableBudget& budget) : budget_(budget) {}

    /// The cells of the row, with those that hang down from rows above. `rows_below` includes this
    /// row. Nullopt when a limit is reached.
    std::optional<std::vector<MarkdownCell>> add(HtmlRow& row, std::size_t rows_below) {
        std::vector<MarkdownCell> cells;
        for (HtmlCell& cell : row.cells) {
            if (!fill_hanging(cells)) return std::nullopt;
            const std::size_t rows = std::min(cell.row_span, rows_below);
            for (std::size_t i = 0; i < cell.column_span; ++i) {
                if (!place(cells, cell.content, rows)) return std::nullopt;
            }
        }
        while (cells.size() < hanging_.size()) {
            const bool is_hanging = hanging_[cells.size()].rows > 0;
            if (is_hanging ? !fill_hanging(cells) : !place(cells, {}, 1)) return std::nullopt;
        }
        return cells;
    }

private:
    /// A cell that reaches into the rows below.
    struct Hanging {
        std::size_t rows = 0;
        MarkdownCell content;
    };

    bool fill_hanging(std::vector<MarkdownCell>& cells) {
        while (cells.size() < hanging_.size() && hanging_[cells.size()].rows > 0) {
            Hanging& above = hanging_[cells.size()];
            --above.rows;
            if (!count(above.content)) return false;
            cells.push_back(above.content);
        }
        return true;
    }

    /// Appends a cell. One that meets a cell from above in a later column covers it.
    bool place(std::vector<MarkdownCell>& cells, const MarkdownCell& content, std::size_t rows) {
        if (!count(content)) return false;
        if (hanging_.size() <= cells.size()) hanging_.resize(cells.size() + 1);
        Hanging& column = hanging_[cells.size()];
        column.rows = rows - 1;
        if (column.rows > 0) column.content = content;
        cells.push_back(content);
        return true;
    }

    bool count(const MarkdownCell& content) {
        const std::size_t bytes = bytes_of(content);
        if (budget_.cells == 0 || bytes > budget_.bytes) return false;
        --budget_.cells;
        budget_.bytes -= bytes;
        return true;
    }

    TableBudget& budget_;
    std::vector<Hanging> hanging_;  ///< one per column
};

std::size_t header_size(const std::vector<HtmlRow>& rows) {
    const auto is_head = [](const HtmlRow& row) { return row.is_head; };
    const auto has_headers = [](const HtmlRow& row) {
        return !row.cells.empty() && std::ranges::all_of(row.cells, &HtmlCell::is_header);
    };
    const auto end_of = [&](const auto& belongs) {
        return static_cast<std::size_t>(std::ranges::find_if_not(rows, belongs) - rows.begin());
    };
    if (const std::size_t size = end_of(is_head)) return size;
    return std::max<std::size_t>(end_of(has_headers), 1);
}

/// The lowest text of each column.
std::vector<MarkdownCell> header_of(std::vector<std::vector<MarkdownCell>> rows) {
    std::vector<MarkdownCell> header;
    for (std::vector<MarkdownCell>& row : rows) {
        header.resize(std::max(header.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!row[i].text.empty()) header[i] = std::move(row[i]);
        }
    }
    return header;
}

}  // namespace

std::optional<MarkdownTable> lay_out_table(std::vector<HtmlRow> rows, TableBudget& budget) {
    MarkdownTable table;
    if (rows.empty()) return table;
    table.line = rows.front().line;
    table.is_html = true;
    const std::size_t header_rows = header_size(rows);
    GridBuilder grid(budget);
    std::vector<std::vector<MarkdownCell>> header;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto cells = grid.add(rows[i], rows.size() - i);
        if (!cells) return std::nullopt;
        if (i < header_rows) {
            header.push_back(std::move(*cells));
        } else {
            table.rows.push_back({rows[i].line, std::move(*cells)});
        }
    }
    table.header = header_of(std::move(header));
    for (MarkdownRow& row : table.rows) row.cells.resize(table.header.size());
    return table;
}

}  // namespace onnxhub
