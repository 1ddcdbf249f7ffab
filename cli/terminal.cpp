// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/terminal_size.h"

namespace onnxhub {
namespace {

std::optional<std::size_t> columns_here() {
    if (const char* columns = std::getenv("COLUMNS")) {
        const int width = std::atoi(columns);
        if (width > 0) return static_cast<std::size_t>(width);
    }
    return terminal_columns();
}

}  // namespace

std::optional<std::size_t> terminal_width(const Streams& streams) {
    return streams.out_is_terminal ? columns_here() : std::nullopt;
}

std::optional<std::size_t> output_width() {
    return is_terminal(StandardStream::output) ? columns_here() : std::nullopt;
}

std::size_t columns_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string wrapped(const std::string& lead, const std::string& text,
                    std::optional<std::size_t> width) {
    constexpr std::size_t least = 20;
    const std::size_t indent = columns_of(lead);
    if (!width || *width < indent + least) return lead + text + "\n";
    std::string lines = lead;
    std::size_t column = indent;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const std::size_t columns = columns_of(word);
        if (column > indent && column + 1 + columns > *width) {
            lines += "\n" + std::string(indent, ' ');
            column = indent;
        }
        if (column > indent) lines += ' ';
        column += columns + (column > indent ? 1 : 0);
        lines += word;
    }
    return lines + "\n";
}

}  // namespace onnxhub
