// SPDX-License-Identifier: Apache-2.0
#include "sources/markdown_table.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <variant>

#include "base/utf8.h"
#include "manifest/rule_ids.h"
#include "sources/cell_builder.h"
#include "sources/html_tag.h"

namespace onnxhub {
namespace {

template <auto free_handle>
struct FreeWith {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        free_handle(handle);
    }
};
using MarkdownParser = std::unique_ptr<cmark_parser, FreeWith<cmark_parser_free>>;
using MarkdownNode = std::unique_ptr<cmark_node, FreeWith<cmark_node_free>>;
using MarkdownWalk = std::unique_ptr<cmark_iter, FreeWith<cmark_iter_free>>;

/// cmark's registry of extensions is global and has no lock.
cmark_syntax_extension* table_extension() {
    static std::once_flag is_registered;
    std::call_once(is_registered, cmark_gfm_core_extensions_ensure_registered);
    return cmark_find_syntax_extension("table");
}

/// The extension gets its node types at registration; they are not in its header.
bool is_node(cmark_node* node, std::string_view type) {
    return cmark_node_get_type_string(node) == type;
}

MarkdownNode parse_document(std::string_view markdown) {
    const MarkdownParser parser(cmark_parser_new(CMARK_OPT_VALIDATE_UTF8));
    cmark_parser_attach_syntax_extension(parser.get(), table_extension());
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    return MarkdownNode(cmark_parser_finish(parser.get()));
}

std::string_view literal_of(cmark_node* node) {
    const char* literal = cmark_node_get_literal(node);
    return literal ? literal : "";
}

/// Collects the inlines of one cell in document order.
class InlineReader {
public:
    void enter(cmark_node* node) {
        const cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_IMAGE) ++image_depth_;
        if (image_depth_ > 0) return;
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
            cell_.add_text(literal_of(node));
        } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
            cell_.add_text(" ");
        } else if (type == CMARK_NODE_LINK) {
            cell_.begin_link(cmark_node_get_url(node));
        } else if (type == CMARK_NODE_HTML_INLINE) {
            enter_html(literal_of(node));
        }
    }

    void exit(cmark_node* node) {
        const cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_IMAGE) --image_depth_;
        if (type == CMARK_NODE_LINK && image_depth_ == 0) cell_.end_link();
    }

    MarkdownCell finish() { return cell_.finish(); }

private:
    void enter_html(std::string_view html) {
        HtmlTag tag(html);
        if (tag.is_named("br")) cell_.add_text(" ");
        if (tag.is_named("/a")) cell_.end_link();
        if (!tag.is_named("a")) return;
        if (auto target = tag.attribute("href")) cell_.begin_link(std::move(*target));
    }

    CellBuilder cell_;
    int image_depth_ = 0;  ///< text inside of an image is its description
};

std::vector<MarkdownCell> read_cells(cmark_node* row) {
    std::vector<MarkdownCell> cells;
    InlineReader reader;
    const MarkdownWalk walk(cmark_iter_new(row));
    for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(walk.get())) {
        cmark_node* node = cmark_iter_get_node(walk.get());
        const bool is_cell = is_node(node, "table_cell");
        if (event == CMARK_EVENT_ENTER) {
            reader.enter(node);
        } else if (is_cell) {
            cells.push_back(reader.finish());
        } else {
            reader.exit(node);
        }
    }
    return cells;
}

/// Reads the tables of a text and maps them to lines of the document.
class TableReader {
public:
    explicit TableReader(const std::vector<int>& lines) : lines_(lines) {}

    std::vector<MarkdownTable> read(cmark_node* document) const {
        std::vector<MarkdownTable> tables;
        const MarkdownWalk walk(cmark_iter_new(document));
        for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
             event = cmark_iter_next(walk.get())) {
            cmark_node* node = cmark_iter_get_node(walk.get());
            if (event != CMARK_EVENT_ENTER || !is_node(node, "table")) continue;
            tables.push_back(read_table(node));
            cmark_iter_reset(walk.get(), node, CMARK_EVENT_EXIT);
        }
        return tables;
    }

private:
    int document_line(int excerpt_line) const {
        const int last = static_cast<int>(lines_.size());
        return lines_[static_cast<std::size_t>(std::clamp(excerpt_line, 1, last) - 1)];
    }

    MarkdownTable read_table(cmark_node* node) const {
        MarkdownTable table;
        for (cmark_node* row = cmark_node_first_child(node); row; row = cmark_node_next(row)) {
            if (cmark_gfm_extensions_get_table_row_is_header(row)) {
                table.header = read_cells(row);
                continue;
            }
            table.rows.push_back({document_line(cmark_node_get_start_line(row)), read_cells(row)});
            table.rows.back().cells.resize(table.header.size());
        }
        table.line = document_line(header_line(node));
        return table;
    }

    /// cmark reports the line where the header's paragraph began, which may include lines above the
    /// table. The header is two lines above the first row, or one above the end of a table without
    /// rows.
    static int header_line(cmark_node* table) {
        cmark_node* first_row = cmark_node_next(cmark_node_first_child(table));
        return first_row ? cmark_node_get_start_line(first_row) - 2
                         : cmark_node_get_end_line(table) - 1;
    }

    const std::vector<int>& lines_;
};

/// Merges the sorted rows after the first `old_count` into the order of lines.
void sort_new_rows(MarkdownTable& table, std::size_t old_count) {
    const auto middle = table.rows.begin() + static_cast<std::ptrdiff_t>(old_count);
    const auto is_before = [](const MarkdownRow& a, const MarkdownRow& b) {
        return a.line < b.line;
    };
    std::inplace_merge(table.rows.begin(), middle, table.rows.end(), is_before);
}

/// Calls `add` with each left-out row and the row of a table that its `near` names, if there is
/// one, and keeps the rows in the order of lines. `left_out` is in this order.
template <class LeftOut, class Near, class Add>
void add_rows(std::vector<LeftOut>& left_out, Near near, std::vector<MarkdownTable>& tables,
              Add add) {
    auto next = left_out.begin();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        MarkdownTable& table = tables[i];
        const bool is_last = i + 1 == tables.size();
        const std::size_t old_count = table.rows.size();
        for (; next != left_out.end() && (is_last || next->line < tables[i + 1].line); ++next) {
            const auto rows = std::span(table.rows).first(old_count);
            const int line = std::invoke(near, *next);
            const auto found = std::ranges::lower_bound(rows, line, {}, &MarkdownRow::line);
            if (found == rows.end() || found->line != line) continue;
            MarkdownRow row{next->line, add(*next, *found)};
            row.cells.resize(table.header.size());
            table.rows.push_back(std::move(row));
        }
        sort_new_rows(table, old_count);
    }
}

/// Adds the rows that the excerpt left out. The rows that they name may be in no table.
void add_left_out_rows(MarkdownExcerpt& excerpt, std::vector<MarkdownTable>& tables) {
    // Rows repeat those that were parsed, so these come first.
    add_rows(excerpt.repeated_rows, &RepeatedRow::first_line, tables,
             [](const RepeatedRow&, const MarkdownRow& first) { return first.cells; });
    add_rows(excerpt.simple_rows, &SimpleRow::near_line, tables,
             [](SimpleRow& simple, const MarkdownRow&) { return std::move(simple.cells); });
}

/// cmark needs about forty times a table's text, so long tables are read in parts: the excerpt with
/// some of its rows, then with others. Each part has all lines that determine which tables there
/// are.
class PartsReader {
public:
    explicit PartsReader(const MarkdownExcerpt& excerpt) : excerpt_(excerpt) {
        std::size_t row_bytes = 0;
        std::size_t begin = 0;
        for (std::size_t i = 0; i < excerpt.lines.size(); ++i) {
            const std::size_t end = excerpt.text.find('\n', begin) + 1;
            if (excerpt.is_row[i]) row_bytes += end - begin;
            begin = end;
        }
        constexpr std::size_t least = 256u << 10;  // bytes
        // At least as much as each part repeats, so that all parts together stay in proportion to
        // the text.
        part_limit_ =
            std::max({least, excerpt.text.size() - row_bytes, row_bytes / excerpt_part_limit});
    }

    std::vector<MarkdownTable> read() {
        std::vector<MarkdownTable> tables = read_part();
        while (has_more_) {
            if (!append(tables, read_part())) return read_at_once();
        }
        return tables;
    }

private:
    std::vector<MarkdownTable> read_at_once() const {
        return TableReader(excerpt_.lines).read(parse_document(excerpt_.text).get());
    }

    /// Reads the tables with the next rows and the lines that every part has.
    std::vector<MarkdownTable> read_part() {
        std::string text;
        std::vector<int> lines;
        std::size_t row_bytes = 0;
        const std::size_t first_row = next_row_;
        has_more_ = false;
        for (std::size_t i = 0, begin = 0; i < excerpt_.lines.size(); ++i) {
            const std::size_t end = excerpt_.text.find('\n', begin) + 1;
            const std::string_view line(excerpt_.text.data() + begin, end - begin);
            begin = end;
            if (excerpt_.is_row[i]) {
                if (i < first_row) continue;
                has_more_ = has_more_ || row_bytes >= part_limit_;
                if (has_more_) continue;
                row_bytes += line.size();
                next_row_ = i + 1;
            }
            text += line;
            lines.push_back(excerpt_.lines[i]);
        }
        return TableReader(lines).read(parse_document(text).get());
    }

    /// Returns whether the tables match, as expected.
    bool append(std::vector<MarkdownTable>& tables, std::vector<MarkdownTable> more) const {
        const bool are_same =
            std::ranges::equal(tables, more, {}, &MarkdownTable::line, &MarkdownTable::line);
        if (!are_same) return false;
        for (std::size_t i = 0; i < tables.size(); ++i) append_rows(tables[i], more[i]);
        return true;
    }

    void append_rows(MarkdownTable& table, MarkdownTable& more) const {
        const std::size_t old_count = table.rows.size();
        for (MarkdownRow& row : more.rows) {
            if (is_plain_row(row.line)) table.rows.push_back(std::move(row));
        }
        sort_new_rows(table, old_count);
    }

    bool is_plain_row(int line) const {
        const auto found = std::ranges::lower_bound(excerpt_.lines, line);
        return excerpt_.is_row[static_cast<std::size_t>(found - excerpt_.lines.begin())];
    }

    const MarkdownExcerpt& excerpt_;
    std::size_t part_limit_ = 0;
    std::size_t next_row_ = 0;  ///< line of the excerpt
    bool has_more_ = false;
};

}  // namespace

std::vector<MarkdownTable> parse_markdown_tables(std::string_view markdown, const std::string& path,
                                                 Diagnostics& diagnostics, ParsedRows parsed) {
    if (const int line = first_line_not_utf8(markdown); line > 0) {
        diagnostics.report({Severity::warning, rule_id::readme_not_utf8, path, line,
                            "the line has bytes that are not UTF-8", "save the file as UTF-8"});
    }
    auto excerpt = excerpt_tables(markdown, parsed);
    if (auto* excess = std::get_if<MarkdownExcess>(&excerpt)) {
        diagnostics.report({Severity::error, rule_id::readme_too_complex, path, excess->line,
                            std::move(excess->message), "write it more simply, or split the file"});
        return {};
    }
    auto& lines = std::get<MarkdownExcerpt>(excerpt);
    auto tables = PartsReader(lines).read();
    add_left_out_rows(lines, tables);
    return tables;
}

}  // namespace onnxhub
