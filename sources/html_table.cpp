// SPDX-License-Identifier: Apache-2.0
#include "sources/html_table.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "manifest/rule_ids.h"
#include "sources/cell_builder.h"
#include "sources/html_scanner.h"
#include "sources/html_tag.h"
#include "sources/markdown_line.h"
#include "sources/table_grid.h"

namespace onnxhub {
namespace {

constexpr std::size_t nesting_limit = 16;        // tables within cells
constexpr std::size_t piece_limit = 1'000'000;   // tables, rows and cells of a document
constexpr std::size_t cell_limit = 1'000'000;    // of a document, with all spans
constexpr std::size_t span_byte_factor = 16;     // bytes in cells per byte of the document
constexpr std::size_t column_span_limit = 1000;  // as in the HTML standard
constexpr std::size_t row_span_limit = 65'534;   // as in the HTML standard

constexpr std::string_view table_start = "<table";

bool contains_table(std::string_view text) {
    const auto same = [](char a, char b) { return lower_case(a) == b; };
    return std::search(text.begin(), text.end(), table_start.begin(), table_start.end(), same) !=
           text.end();
}

/// Copies a document with valid UTF-8, and blanks instead of fenced code.
class CodeRemover {
public:
    std::string remove(std::string_view markdown) {
        text_.reserve(markdown.size());
        for (int number = 1; !markdown.empty(); ++number) {
            const std::size_t end = std::min(markdown.find('\n'), markdown.size());
            add_line(markdown.substr(0, end), number);
            if (end < markdown.size()) text_ += '\n';
            markdown.remove_prefix(std::min(end + 1, markdown.size()));
        }
        return std::move(text_);
    }

private:
    void add_line(std::string_view line, int number) {
        const MarkdownLine parsed = parse_markdown_line(line, number);
        if (parsed.kind == LineKind::fence) {
            const char mark = parsed.content.front();
            const std::size_t length =
                std::min(parsed.content.find_first_not_of(mark), parsed.content.size());
            if (fence_length_ == 0) {
                fence_mark_ = mark;
                fence_length_ = length;
                return;
            }
            const bool is_end = mark == fence_mark_ && length >= fence_length_ &&
                                trimmed(parsed.content.substr(length)).empty();
            if (is_end) {
                fence_length_ = 0;
                return;
            }
        }
        if (fence_length_ == 0) add_valid(line);
    }

    void add_valid(std::string_view line) {
        while (!line.empty()) {
            char32_t c = 0;
            const std::size_t length = decode_utf8(line, c);
            text_ += length > 0 ? line.substr(0, length) : "\xef\xbf\xbd";
            line.remove_prefix(std::max<std::size_t>(length, 1));
        }
    }

    std::string text_;
    char fence_mark_ = '\0';
    std::size_t fence_length_ = 0;  ///< 0: outside of fenced code
};

/// The value of "colspan" or "rowspan", from 1 to `limit`.
std::size_t span_of(std::string_view tag, std::string_view attribute, std::size_t limit) {
    const auto value = HtmlTag(tag).attribute(attribute);
    if (!value) return 1;
    const std::string_view text = trimmed(*value);
    std::size_t span = 1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), span);
    if (error == std::errc::result_out_of_range) return limit;
    if (error != std::errc()) return 1;
    // "0" is the rest of the table.
    return span == 0 ? limit : std::min(span, limit);
}

/// One table that is being read. Start tags end what stands open.
class OpenTable {
public:
    explicit OpenTable(int line) : line_(line) {}

    int line() const { return line_; }

    void set_head(bool is_head) {
        end_row();
        is_in_head_ = is_head;
    }

    void begin_row(int line) {
        end_row();
        rows_.push_back({line, is_in_head_, {}});
        is_in_row_ = true;
    }

    void end_row() {
        end_cell();
        is_in_row_ = false;
    }

    void begin_cell(std::string_view tag, bool is_header, int line) {
        end_cell();
        if (!is_in_row_) begin_row(line);
        cell_.emplace();
        cell_->is_header = is_header;
        cell_->column_span = span_of(tag, "colspan", column_span_limit);
        cell_->row_span = span_of(tag, "rowspan", row_span_limit);
    }

    void end_cell() {
        if (!cell_) return;
        cell_->content = content_.finish();
        rows_.back().cells.push_back(std::move(*cell_));
        cell_.reset();
    }

    /// The content of the open cell; null outside of cells.
    CellBuilder* content() { return cell_ ? &content_ : nullptr; }

    std::vector<HtmlRow> take_rows() {
        end_row();
        std::erase_if(rows_, [](const HtmlRow& row) { return row.cells.empty(); });
        return std::move(rows_);
    }

private:
    int line_;
    std::vector<HtmlRow> rows_;
    bool is_in_head_ = false;
    bool is_in_row_ = false;
    std::optional<HtmlCell> cell_;
    CellBuilder content_;
};

class HtmlTableReader {
public:
    HtmlTableReader(std::string_view document, const std::string& path, Diagnostics& diagnostics)
        : path_(path),
          diagnostics_(diagnostics),
          scanner_(document),
          budget_{cell_limit, span_byte_factor * document.size()} {}

    std::vector<MarkdownTable> read() {
        while (true) {
            const HtmlToken token = scanner_.next();
            if (token.content.empty()) break;
            if (token.is_tag) {
                read_tag(token);
            } else if (CellBuilder* cell = open_cell()) {
                cell->add_text(decode_entities(token.content));
            }
            count_backticks(token.content);
            if (pieces_ > piece_limit) {
                report(token.line, "the document has more than a million cells in HTML tables");
                return {};
            }
        }
        while (!open_.empty()) end_table();
        return std::move(tables_);
    }

private:
    CellBuilder* open_cell() { return open_.empty() ? nullptr : open_.back().content(); }

    void read_tag(const HtmlToken& token) {
        HtmlTag tag(token.content);
        if (tag.is_named("table")) {
            begin_table(token);
        } else if (!open_.empty()) {
            read_table_tag(token, tag);
        }
    }

    void begin_table(const HtmlToken& token) {
        if (open_.empty() && backticks_ % 2 != 0) return;  // in inline code
        if (open_.size() == nesting_limit) {
            report(token.line, "more than 16 tables are nested");
            open_.clear();
        }
        open_.emplace_back(token.line);
        ++pieces_;
    }

    /// Counts those of the line up to the next token.
    void count_backticks(std::string_view text) {
        if (const std::size_t line_end = text.rfind('\n'); line_end != text.npos) {
            backticks_ = 0;
            text.remove_prefix(line_end);
        }
        backticks_ += std::ranges::count(text, '`');
    }

    void read_table_tag(const HtmlToken& token, HtmlTag& tag) {
        OpenTable& table = open_.back();
        if (tag.is_named("/table")) {
            end_table();
        } else if (tag.is_named("thead") || tag.is_named("/thead")) {
            table.set_head(tag.is_named("thead"));
        } else if (tag.is_named("tbody") || tag.is_named("tfoot")) {
            table.set_head(false);
        } else if (tag.is_named("tr")) {
            table.begin_row(token.line);
            ++pieces_;
        } else if (tag.is_named("/tr")) {
            table.end_row();
        } else if (tag.is_named("td") || tag.is_named("th")) {
            table.begin_cell(token.content, tag.is_named("th"), token.line);
            ++pieces_;
        } else if (tag.is_named("/td") || tag.is_named("/th")) {
            table.end_cell();
        } else if (CellBuilder* cell = table.content()) {
            read_cell_tag(tag, *cell);
        }
    }

    static void read_cell_tag(HtmlTag& tag, CellBuilder& cell) {
        static constexpr std::string_view separators[] = {"br", "p",  "/p", "div", "/div",
                                                          "li", "ul", "ol", "hr"};
        if (tag.is_named("a")) {
            if (auto target = tag.attribute("href")) cell.begin_link(std::move(*target));
        } else if (tag.is_named("/a")) {
            cell.end_link();
        } else if (std::ranges::any_of(separators,
                                       [&](std::string_view name) { return tag.is_named(name); })) {
            cell.add_text(" ");
        }
    }

    void end_table() {
        OpenTable table = std::move(open_.back());
        open_.pop_back();
        auto laid_out = lay_out_table(table.take_rows(), budget_);
        if (!laid_out) {
            report(table.line(), "the spans of the table multiply its size");
            return;
        }
        laid_out->line = table.line();
        tables_.push_back(std::move(*laid_out));
    }

    void report(int line, std::string message) {
        diagnostics_.report({Severity::error, rule_id::readme_too_complex, path_, line,
                             std::move(message), "write it more simply, or split the file"});
    }

    const std::string& path_;
    Diagnostics& diagnostics_;
    HtmlScanner scanner_;
    TableBudget budget_;
    std::size_t pieces_ = 0;
    std::ptrdiff_t backticks_ = 0;  ///< in the line, before the next token
    std::vector<OpenTable> open_;   ///< the last one is inside of a cell of the one before it
    std::vector<MarkdownTable> tables_;
};

}  // namespace

std::vector<MarkdownTable> parse_html_tables(std::string_view markdown, const std::string& path,
                                             Diagnostics& diagnostics) {
    if (!contains_table(markdown)) return {};
    const std::string text = CodeRemover().remove(markdown);
    return HtmlTableReader(text, path, diagnostics).read();
}

}  // namespace onnxhub
