// SPDX-License-Identifier: Apache-2.0
#include "generator/markdown_table.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// Bounds that keep cmark's time and memory in proportion to the document: it pads every row to the
/// width of its header, walks all open containers for every line, and scans ahead for each bracket.
/// No README of people comes near them.
constexpr std::size_t cell_limit = 20'000'000;      // rows times the widest row's cells
constexpr std::size_t line_length_limit = 1 << 20;  // bytes
constexpr std::size_t nesting_limit = 100;          // containers on one line
constexpr std::size_t bracket_limit = 20'000;       // '[' on one line

template <auto free_handle>
struct FreeWith {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        free_handle(handle);
    }
};
using MarkdownNode = std::unique_ptr<cmark_node, FreeWith<cmark_node_free>>;
using MarkdownParser = std::unique_ptr<cmark_parser, FreeWith<cmark_parser_free>>;
using MarkdownIterator = std::unique_ptr<cmark_iter, FreeWith<cmark_iter_free>>;

/// Block quotes and list items a line may open before its text.
std::size_t container_count(std::string_view line) {
    std::size_t count = 0;
    for (const char c : line) {
        if (c == '>' || c == '-' || c == '*' || c == '+') {
            ++count;
        } else if (c != ' ' && c != '\t' && c != '.' && c != ')' &&
                   !std::isdigit(static_cast<unsigned char>(c))) {
            break;
        }
    }
    return count;
}

/// A rule of dashes and spaces is one line of many marks and no container.
bool is_rule(std::string_view line) {
    return std::all_of(
               line.begin(), line.end(),
               [&](char c) { return c == line.front() || c == ' ' || c == '\t' || c == '\r'; }) &&
           line.front() != '>';
}

struct Objection {
    int line = 0;
    std::string message;
};

/// The first thing that would make reading the document take unbounded time, if any.
std::optional<Objection> find_objection(std::string_view markdown) {
    std::size_t widest = 0, lines = 0;
    int widest_line = 1;
    while (!markdown.empty()) {
        const std::size_t end = std::min(markdown.find('\n'), markdown.size());
        const std::string_view line = markdown.substr(0, end);
        markdown.remove_prefix(std::min(end + 1, markdown.size()));
        ++lines;
        const int number = static_cast<int>(lines);
        if (line.size() > line_length_limit)
            return Objection{number, "the line is over 1 MiB long"};
        if (line.empty()) continue;
        if (!is_rule(line) && container_count(line) > nesting_limit) {
            return Objection{number, "quotes and lists are nested over 100 deep"};
        }
        if (static_cast<std::size_t>(std::count(line.begin(), line.end(), '[')) > bracket_limit) {
            return Objection{number, "the line has over 20,000 brackets"};
        }
        const auto cells = static_cast<std::size_t>(std::count(line.begin(), line.end(), '|')) + 1;
        if (cells > widest) {
            widest = cells;
            widest_line = number;
        }
    }
    if (widest > 1 && widest * lines > cell_limit) {
        return Objection{widest_line,
                         "a table this wide in a document this long has over "
                         "20 million cells"};
    }
    return std::nullopt;
}

cmark_syntax_extension* table_extension() {
    static std::once_flag once;
    std::call_once(once, cmark_gfm_core_extensions_ensure_registered);
    return cmark_find_syntax_extension("table");
}

MarkdownNode parse_document(std::string_view markdown) {
    const MarkdownParser parser(cmark_parser_new(CMARK_OPT_VALIDATE_UTF8));
    cmark_parser_attach_syntax_extension(parser.get(), table_extension());
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    return MarkdownNode(cmark_parser_finish(parser.get()));
}

bool has_type(cmark_node* node, const char* name) {
    return std::strcmp(cmark_node_get_type_string(node), name) == 0;
}

/// Entities of HTML attribute values that people write in links.
std::string decode_entities(std::string_view text) {
    static constexpr std::pair<std::string_view, char> entities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    std::string result;
    while (!text.empty()) {
        const auto entity = std::find_if(std::begin(entities), std::end(entities),
                                         [&](const auto& e) { return text.starts_with(e.first); });
        if (entity != std::end(entities)) {
            result += entity->second;
            text.remove_prefix(entity->first.size());
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// The value of `href` in an HTML tag such as `<a class=x href="model.onnx">`.
std::optional<std::string> href_of(std::string_view tag) {
    std::string lowered(tag);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    if (!lowered.starts_with("<a") || lowered.size() < 3 || !is_space(lowered[2])) {
        return std::nullopt;
    }
    for (std::size_t at = lowered.find("href", 3); at != lowered.npos;
         at = lowered.find("href", at + 4)) {
        std::size_t i = at + 4;
        while (i < tag.size() && is_space(tag[i])) ++i;
        if (!is_space(tag[at - 1]) || i >= tag.size() || tag[i] != '=') continue;
        ++i;
        while (i < tag.size() && is_space(tag[i])) ++i;
        if (i >= tag.size()) return std::nullopt;
        const char quote = tag[i] == '"' || tag[i] == '\'' ? tag[i] : '\0';
        if (quote) ++i;
        std::size_t end = i;
        while (end < tag.size() &&
               (quote ? tag[end] != quote : !is_space(tag[end]) && tag[end] != '>')) {
            ++end;
        }
        return decode_entities(tag.substr(i, end - i));
    }
    return std::nullopt;
}

/// Builds a cell from its inline nodes.
class CellReader {
public:
    MarkdownCell read(cmark_node* cell) {
        const MarkdownIterator walk(cmark_iter_new(cell));
        int image_depth = 0;
        for (cmark_event_type event; (event = cmark_iter_next(walk.get())) != CMARK_EVENT_DONE;) {
            cmark_node* node = cmark_iter_get_node(walk.get());
            const cmark_node_type type = cmark_node_get_type(node);
            if (type == CMARK_NODE_IMAGE) {
                image_depth += event == CMARK_EVENT_ENTER ? 1 : -1;
            } else if (event == CMARK_EVENT_ENTER) {
                add(node, type, image_depth > 0);
            }
        }
        while (!cell_.text.empty() && cell_.text.back() == ' ') cell_.text.pop_back();
        return std::move(cell_);
    }

private:
    void add(cmark_node* node, cmark_node_type type, bool is_in_image) {
        if (type == CMARK_NODE_LINK) {
            cell_.links.emplace_back(cmark_node_get_url(node));
        } else if (type == CMARK_NODE_HTML_INLINE) {
            const std::string_view tag = cmark_node_get_literal(node);
            if (auto href = href_of(tag)) cell_.links.push_back(std::move(*href));
            if (tag.starts_with("<br")) add_text(" ");
        } else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
            if (!is_in_image) add_text(cmark_node_get_literal(node));
        } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
            add_text(" ");
        }
    }

    /// Runs of white space become one space, none at the start.
    void add_text(std::string_view text) {
        for (const char c : text) {
            if (!is_space(c)) {
                cell_.text += c;
            } else if (!cell_.text.empty() && cell_.text.back() != ' ') {
                cell_.text += ' ';
            }
        }
    }

    MarkdownCell cell_;
};

MarkdownRow read_row(cmark_node* node) {
    MarkdownRow row;
    row.line = cmark_node_get_start_line(node);
    for (cmark_node* cell = cmark_node_first_child(node); cell; cell = cmark_node_next(cell)) {
        row.cells.push_back(CellReader().read(cell));
    }
    return row;
}

MarkdownTable read_table(cmark_node* node) {
    MarkdownTable table;
    for (cmark_node* child = cmark_node_first_child(node); child; child = cmark_node_next(child)) {
        MarkdownRow row = read_row(child);
        if (table.line == 0) {
            table.line = row.line;
            table.header = std::move(row.cells);
        } else {
            table.rows.push_back(std::move(row));
        }
    }
    // cmark takes a paragraph right above for the start of the table; the header is the line before
    // the dashes.
    if (!table.rows.empty()) table.line = table.rows.front().line - 2;
    return table;
}

}  // namespace

std::vector<MarkdownTable> parse_markdown_tables(std::string_view markdown, const std::string& path,
                                                 Diagnostics& diagnostics) {
    if (const auto objection = find_objection(markdown)) {
        diagnostics.report({Severity::error, "readme-too-complex", path, objection->line,
                            objection->message, "simplify the document"});
        return {};
    }
    if (const int line = first_line_not_utf8(markdown)) {
        diagnostics.report({Severity::warning, "readme-not-utf8", path, line,
                            "the line is not UTF-8, U+FFFD stands for the bad bytes",
                            "save the file as UTF-8"});
    }
    const MarkdownNode document = parse_document(markdown);
    std::vector<MarkdownTable> tables;
    const MarkdownIterator walk(cmark_iter_new(document.get()));
    for (cmark_event_type event; (event = cmark_iter_next(walk.get())) != CMARK_EVENT_DONE;) {
        cmark_node* node = cmark_iter_get_node(walk.get());
        if (event != CMARK_EVENT_ENTER || !has_type(node, "table")) continue;
        tables.push_back(read_table(node));
        cmark_iter_reset(walk.get(), node, CMARK_EVENT_EXIT);
    }
    return tables;
}

}  // namespace onnxhub
