// SPDX-License-Identifier: Apache-2.0
#include "sources/markdown_excerpt.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "sources/markdown_line.h"
#include "sources/simple_row.h"

namespace onnxhub {
namespace {

// The limits bound cmark-gfm (0.29.0.gfm.6) to seconds and about a gigabyte. Real documents stay
// far below them; documents above them take too long.
constexpr std::size_t document_limit = 64u << 20;      // bytes
constexpr std::size_t line_limit = 1u << 20;           // bytes; does not apply to prose
constexpr std::uint64_t piece_limit = 8'000'000;       // blocks, cells and marks within lines
constexpr std::uint64_t reference_limit = 512u << 20;  // bytes of copied link definitions
constexpr std::uint64_t work_limit = 200'000'000;      // steps of nested loops, 5 to 10 ns each

/// Ends of HTML blocks (https://spec.commonmark.org/0.31.2/#html-blocks) may occur within prose.
constexpr std::array<std::string_view, 8> html_block_ends = {
    "-->", "?>", "]]>", "</script>", "</pre>", "</style>", "</textarea>", ">"};

bool contains_ignoring_case(std::string_view text, std::string_view lower_case) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
           text.end();
}

/// The parser's cost of one text that is not split into cells. For each link it closes it walks
/// back over all emphasis and images, for each '_' it may walk over all '*' and the reverse, and
/// for each "<?" or "<!" it searches the end.
class InlineWork {
public:
    void add(std::string_view text) {
        bytes_ += text.size();
        char last = '\0';
        for (const char c : text) {
            switch (c) {
                case '*':
                    ++stars_;
                    break;
                case '_':
                    ++underscores_;
                    break;
                case ']':
                    ++brackets_;
                    break;
                case '[':
                    images_ += last == '!';
                    [[fallthrough]];
                case '<':
                case '`':
                case '&':
                case '"':
                case '\'':
                case '\\':
                    ++other_marks_;
                    break;
                case '.':
                    ++other_marks_;
                    break;
                case '!':
                    ++other_marks_;
                    [[fallthrough]];
                case '?':
                    declarations_ += last == '<';
                    break;
                default:
                    break;
            }
            last = c;
        }
    }

    std::uint64_t steps() const {
        return brackets_ * (stars_ + underscores_ + images_) + stars_ * underscores_ +
               declarations_ * bytes_;
    }
    std::uint64_t marks() const { return stars_ + underscores_ + brackets_ + other_marks_; }
    std::uint64_t brackets() const { return brackets_; }

private:
    std::uint64_t bytes_ = 0;
    std::uint64_t stars_ = 0;
    std::uint64_t underscores_ = 0;
    std::uint64_t brackets_ = 0;
    std::uint64_t images_ = 0;
    std::uint64_t declarations_ = 0;
    std::uint64_t other_marks_ = 0;
};

bool is_text(const MarkdownLine& line) {
    return line.kind == LineKind::prose || line.kind == LineKind::html ||
           line.kind == LineKind::definition;
}

/// Whether the lines may begin a table.
bool are_table_head(const MarkdownLine& header, const MarkdownLine& delimiter) {
    // Rows in a list item are aligned with its text, not with its marker.
    const bool is_inside = header.markers == 0 || delimiter.column >= header.column;
    return is_delimiter_row(delimiter) && delimiter.markers == 0 && is_text(header) &&
           !is_delimiter_row(header) && is_inside && header.quotes == delimiter.quotes &&
           count_cells(header) == count_cells(delimiter);
}

/// Whether the line is a link definition whose target is on the next line.
bool lacks_target(const MarkdownLine& line) {
    const std::size_t last = line.content.find_last_not_of(" \t");
    return line.kind == LineKind::definition && last != line.content.npos && last > 0 &&
           line.content.substr(last - 1, 2) == "]:";
}

std::string html_ends(std::string_view content) {
    std::string ends;
    if (content.find('>') == content.npos) return ends;
    for (const std::string_view end : html_block_ends) {
        if (contains_ignoring_case(content, end)) {
            ends += ' ';
            ends += end;
        }
    }
    return ends;
}

/// Processes the lines in order and decides what to keep of each. A run is the text between blank
/// lines; a paragraph or table never extends beyond it.
class Excerpter {
public:
    explicit Excerpter(ParsedRows parsed) : parsed_(parsed) {}

    void add(MarkdownLine line) {
        if (awaits_target_ && line.kind == LineKind::prose) line.kind = LineKind::definition;
        awaits_target_ = lacks_target(line);
        if (line.quotes + line.markers > container_limit) {
            fail(line.number, "the line is nested in more than 100 quotes and lists");
        }
        if (line.kind == LineKind::blank) {
            end_run();
            if (!result_.text.empty() && !result_.text.ends_with("\n\n")) keep("", line.number);
        } else if (is_in_table_ && is_text(line) && line.markers == 0 &&
                   line.quotes == delimiter_.quotes) {
            add_table_line(line, true);
        } else if (pending_ && are_table_head(*pending_, line)) {
            begin_table(*pending_, line);
            pending_.reset();
        } else {
            flush_pending();
            is_paragraph_ = is_paragraph_ && !is_in_table_;
            is_in_table_ = false;
            pending_ = line;
        }
    }

    bool has_failed() const { return excess_.has_value(); }

    std::variant<MarkdownExcerpt, MarkdownExcess> finish() {
        end_run();
        if (brackets_ * longest_definition_ > reference_limit) {
            fail(0, "its links would repeat more than 512 MiB of link definitions");
        }
        if (excess_) return std::move(*excess_);
        if (repeated_steps_ > work_limit / excerpt_part_limit) {
            result_.is_row.assign(result_.is_row.size(), false);
        }
        return std::move(result_);
    }

private:
    void fail(int line, std::string message) {
        if (!excess_) excess_ = MarkdownExcess{line, std::move(message)};
    }

    void add_steps(std::uint64_t steps, int line) {
        steps_ += steps;
        if (steps_ > work_limit) {
            fail(line, "the text has too many links and marks for one paragraph or cell");
        }
    }

    void add_pieces(std::uint64_t pieces, int line) {
        pieces_ += pieces;
        if (pieces_ > piece_limit) {
            fail(line, "the document has more than 8 million blocks, cells and marks");
        }
    }

    void keep(std::string_view text, int number, bool is_row = false) {
        result_.text += text;
        result_.text += '\n';
        result_.lines.push_back(number);
        result_.is_row.push_back(is_row);
        has_last_prose_ = false;
    }

    void keep_whole(const MarkdownLine& line, bool is_row = false) {
        if (line.text.size() > line_limit) fail(line.number, "the line is longer than 1 MiB");
        keep(line.text, line.number, is_row);
    }

    void end_run() {
        flush_pending();
        end_exposure();
        is_paragraph_ = true;
        is_in_table_ = false;
        run_prefix_.reset();
    }

    void end_exposure() {
        add_steps(exposed_.steps(), result_.lines.empty() ? 0 : result_.lines.back());
        repeated_steps_ += exposed_.steps();
        exposed_ = {};
        exposed_cells_ = 0;
    }

    void flush_pending() {
        if (pending_) add_outside(*pending_);
        pending_.reset();
    }

    /// Adds a line outside of tables.
    void add_outside(const MarkdownLine& line) {
        continue_paragraph(line);
        if (line.kind == LineKind::prose) {
            add_prose(line);
            return;
        }
        add_pieces(4 + line.quotes + line.markers, line.number);
        if (line.kind == LineKind::heading || line.kind == LineKind::fence) {
            // No paragraph continues after a heading that is not indented.
            if (line.kind == LineKind::heading && line.prefix.empty()) end_exposure();
            keep_mark(line);
            return;
        }
        if (line.kind == LineKind::definition) {
            longest_definition_ = std::max(longest_definition_, line.content.size());
        }
        measure(line);
        expose(line);
        keep_whole(line);
    }

    /// The run is certainly one paragraph as long as it is prose with the same prefix.
    void continue_paragraph(const MarkdownLine& line) {
        if (!run_prefix_) run_prefix_ = line.prefix;
        is_paragraph_ =
            is_paragraph_ && line.kind == LineKind::prose && line.prefix == *run_prefix_;
    }

    /// Counts the line as part of the one paragraph that the run may be.
    void expose(const MarkdownLine& line) {
        exposed_.add(line.content);
        exposed_cells_ += count_cells(line);
    }

    /// Counts the cost of the line, independent of its block.
    InlineWork measure(const MarkdownLine& line) {
        InlineWork work;
        work.add(line.content);
        brackets_ += work.brackets();
        add_pieces(2 * work.marks(), line.number);
        return work;
    }

    /// Keeps the mark at the start of the content, and whether text follows.
    void keep_mark(const MarkdownLine& line) {
        const std::size_t end = line.content.find_first_not_of(line.content.front());
        std::string text(line.prefix);
        text += line.content.substr(0, end);
        if (line.content.find_first_not_of(" \t", end) != line.content.npos) text += " x";
        text += html_ends(line.content);
        keep(text, line.number);
    }

    void add_prose(const MarkdownLine& line) {
        const std::string ends = html_ends(line.content);
        if (ends.empty() && continues_prose(line)) return;
        add_pieces(4 + line.quotes + line.markers, line.number);
        keep(std::string(line.prefix) + "x" + ends, line.number);
        has_last_prose_ = true;
        last_prose_ = line;
    }

    /// Whether the line only extends the last line's paragraph.
    bool continues_prose(const MarkdownLine& line) const {
        if (!has_last_prose_ || line.markers > 0) return false;
        if (line.prefix == last_prose_.prefix) return true;
        return line.quotes == 0 && line.column >= last_prose_.column;
    }

    void begin_table(const MarkdownLine& header, const MarkdownLine& delimiter) {
        continue_paragraph(header);
        // The parser tries each line of the paragraph above as a header, and searches the end of
        // its list of cells each time.
        if (exposed_cells_ * exposed_cells_ > work_limit) {
            fail(header.number, "the table follows too many lines without a blank line");
        }
        add_steps(exposed_cells_ * exposed_cells_, header.number);
        repeated_steps_ += exposed_cells_ * exposed_cells_;
        is_in_table_ = true;
        delimiter_ = delimiter;
        columns_ = count_cells(header);
        add_pieces(4, header.number);
        add_table_line(header, false);
        add_table_line(delimiter, false);
    }

    /// Whether omitting the line changes only the number of rows. After the end of an HTML block,
    /// a line like a delimiter row may begin a table. A bar alone has no cell and ends the table.
    bool is_plain_row(const MarkdownLine& line) const {
        const bool has_cells = line.content.find_first_not_of("| \t\v\f") != line.content.npos;
        return has_cells && line.kind == LineKind::prose && line.prefix == delimiter_.prefix &&
               html_ends(line.content).empty() && !is_delimiter_row(line);
    }

    /// Records the row as a repetition if an earlier one has the same text.
    bool is_first_of_its_text(const MarkdownLine& line) {
        const auto [first, is_first] = row_lines_.try_emplace(line.text, line.number);
        if (!is_first) result_.repeated_rows.push_back({line.number, first->second});
        return is_first;
    }

    void add_table_line(const MarkdownLine& line, bool is_row) {
        const std::uint64_t cells = count_cells(line);
        add_pieces(std::max(columns_, cells) + 4, line.number);
        const bool is_plain = is_row && is_plain_row(line);
        if (is_row && is_delimiter_row(line)) restore_header(line.number);
        add_steps(cells * cells / 4, line.number);  // each is appended to a list
        if (!is_plain) {
            repeated_steps_ += cells * cells / 4;
            // For the parser, the table may end here.
            row_lines_.clear();
            kept_row_ = 0;
        }
        const InlineWork work = measure(line);
        is_paragraph_ = is_paragraph_ && line.kind == LineKind::prose;
        if (is_paragraph_) {
            add_steps(work.steps(), line.number);
        } else {
            expose(line);  // the parser may not see a table here
        }
        if (is_plain && (is_read_as_simple(line) || !is_first_of_its_text(line))) {
            left_out_ = line;
            return;
        }
        if (is_plain && kept_row_ == 0) kept_row_ = line.number;
        keep_whole(line, is_plain);
    }

    /// The row before a line like a delimiter row is a header if the table has ended for the
    /// parser.
    void restore_header(int delimiter_line) {
        if (!left_out_ || left_out_->number + 1 != delimiter_line) return;
        auto& simple = result_.simple_rows;
        auto& repeated = result_.repeated_rows;
        if (!simple.empty() && simple.back().line == left_out_->number) simple.pop_back();
        if (!repeated.empty() && repeated.back().line == left_out_->number) repeated.pop_back();
        keep_whole(*left_out_);
        left_out_.reset();
    }

    /// Reads a simple row, except for the first one, which shows whether there is a table.
    bool is_read_as_simple(const MarkdownLine& line) {
        if (parsed_ == ParsedRows::all || kept_row_ == 0) return false;
        auto cells = read_simple_row(line.content);
        if (cells) result_.simple_rows.push_back({line.number, kept_row_, std::move(*cells)});
        return cells.has_value();
    }

    const ParsedRows parsed_;
    MarkdownExcerpt result_;
    std::optional<MarkdownExcess> excess_;
    std::uint64_t steps_ = 0;
    std::uint64_t repeated_steps_ = 0;  ///< for lines that every part of a long table contains
    std::uint64_t pieces_ = 0;
    std::uint64_t brackets_ = 0;          ///< number of kept brackets, each may end a link
    std::size_t longest_definition_ = 0;  ///< bytes

    // State of the current run:
    std::optional<MarkdownLine> pending_;  ///< the last line, which may be a header
    std::optional<std::string_view> run_prefix_;
    bool is_paragraph_ = true;         ///< the run is a single paragraph, or the table at its end
    InlineWork exposed_;               ///< cost of kept text that may be one paragraph
    std::uint64_t exposed_cells_ = 0;  ///< cells of its lines, read as rows
    bool awaits_target_ = false;       ///< the next line is the target of a link definition
    bool is_in_table_ = false;
    MarkdownLine delimiter_;
    std::unordered_map<std::string_view, int> row_lines_;  ///< line of each plain row, by text
    std::optional<MarkdownLine> left_out_;  ///< the last row that is not in the excerpt
    int kept_row_ = 0;                      ///< line of the first plain row; 0: none yet
    std::uint64_t columns_ = 0;

    bool has_last_prose_ = false;  ///< the last kept line is prose
    MarkdownLine last_prose_;
};

/// Removes the first line from `rest`. Lines end as in cmark: LF, CRLF or CR.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (rest.starts_with("\r\n")) {
        rest.remove_prefix(2);
    } else if (!rest.empty()) {
        rest.remove_prefix(1);
    }
    return line;
}

}  // namespace

std::variant<MarkdownExcerpt, MarkdownExcess> excerpt_tables(std::string_view markdown,
                                                             ParsedRows parsed) {
    if (markdown.size() > document_limit) return MarkdownExcess{0, "the file is over 64 MiB"};
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (markdown.starts_with(byte_order_mark)) markdown.remove_prefix(byte_order_mark.size());

    Excerpter excerpter(parsed);
    for (int number = 1; !markdown.empty() && !excerpter.has_failed(); ++number) {
        excerpter.add(parse_markdown_line(take_line(markdown), number));
    }
    return excerpter.finish();
}

}  // namespace onnxhub
