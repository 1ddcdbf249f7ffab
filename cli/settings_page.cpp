// SPDX-License-Identifier: Apache-2.0
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <memory>
#include <string_view>

#include "base/user_error.h"
#include "cli/manual_page.h"

namespace onnxhub {
namespace {

struct FreeNode {
    void operator()(cmark_node* node) const noexcept { cmark_node_free(node); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;

struct FreeParser {
    void operator()(cmark_parser* parser) const noexcept { cmark_parser_free(parser); }
};

Document parse(const std::string& markdown) {
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, FreeParser> parser(cmark_parser_new(CMARK_OPT_DEFAULT));
    cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension("table"));
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    return Document(cmark_parser_finish(parser.get()));
}

std::string literal(cmark_node* node) {
    const char* text = cmark_node_get_literal(node);
    return text ? text : "";
}

/// The text of a paragraph, a heading or a cell, on one line.
std::string inline_text(cmark_node* parent) {
    std::string text;
    for (cmark_node* node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        const cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_CODE) {
            text += "\\fB" + roff_text(literal(node)) + "\\fR";
        } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
            text += ' ';
        } else if (type == CMARK_NODE_TEXT) {
            text += text.empty() ? roff_line(literal(node)) : roff_text(literal(node));
        } else {
            text += inline_text(node);  // links and emphasis: their text
        }
    }
    return text;
}

std::string example(const std::string& code) {
    std::string text = ".PP\n.nf\n.RS 4\n";
    for (std::size_t begin = 0; begin < code.size();) {
        const std::size_t end = std::min(code.find('\n', begin), code.size());
        text += roff_line(code.substr(begin, end - begin)) + "\n";
        begin = end + 1;
    }
    return text + ".RE\n.fi\n";
}

/// The first cell names what the others explain.
std::string row_text(cmark_node* row) {
    cmark_node* cell = cmark_node_first_child(row);
    std::string text = ".TP\n\\fB" + inline_text(cell) + "\\fR\n";
    cell = cmark_node_next(cell);
    const std::string value = inline_text(cell);
    cmark_node* meaning = cmark_node_next(cell);
    if (!meaning) return text + value + "\n";
    return text + "\\fI" + value + "\\fR.\n" + inline_text(meaning) + ".\n";
}

std::string table_text(cmark_node* table) {
    std::string text;
    cmark_node* row = cmark_node_first_child(table);  // the heads of the columns
    while ((row = cmark_node_next(row))) text += row_text(row);
    return text;
}

std::string list_text(cmark_node* list) {
    std::string text;
    for (cmark_node* item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
        text += ".IP \\(bu 2\n";
        for (cmark_node* block = cmark_node_first_child(item); block;
             block = cmark_node_next(block)) {
            text += inline_text(block) + "\n";
        }
    }
    return text;
}

std::string block_text(cmark_node* block) {
    const cmark_node_type type = cmark_node_get_type(block);
    if (type == CMARK_NODE_PARAGRAPH) return ".PP\n" + inline_text(block) + "\n";
    if (type == CMARK_NODE_CODE_BLOCK) return example(literal(block));
    if (type == CMARK_NODE_LIST) return list_text(block);
    if (type == CMARK_NODE_HTML_BLOCK) return "";  // comments
    if (type == CMARK_NODE_HEADING) {
        return cmark_node_get_heading_level(block) == 1 ? "" : ".SS " + inline_text(block) + "\n";
    }
    if (std::string_view(cmark_node_get_type_string(block)) == "table") return table_text(block);
    throw UserError(std::string("the page of the settings has a block that manual pages lack: ") +
                    cmark_node_get_type_string(block));
}

}  // namespace

std::string settings_page(const std::string& markdown, const std::string& version) {
    const Document document = parse(markdown);
    std::string page =
        ".TH ONNXHUB.TOML 5 \"\" \"onnxhub " + version +
        "\" \"onnxhub manual\"\n.nh\n.ad l\n.SH NAME\nonnxhub.toml \\- settings of a "
        "hub of ONNX models\n.SH DESCRIPTION\n";
    for (cmark_node* block = cmark_node_first_child(document.get()); block;
         block = cmark_node_next(block)) {
        page += block_text(block);
    }
    return page + ".SH SEE ALSO\n\\fBonnxhub\\fR(1), \\fBonnxhub\\-generate\\fR(1)\n";
}

}  // namespace onnxhub
