// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/readme_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "generator/markdown_table.h"
#include "generator/readme_table.h"
#include "manifest/environment_error.h"
#include "manifest/spelling.h"

namespace onnxhub {
namespace {

/// Text of a cell that Markdown shows as it is, on one line.
std::string escaped(std::string_view text) {
    std::string cell;
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            cell += ' ';
            continue;
        }
        if (std::string_view("\\`*_[]<>|&~#!").find(c) != std::string_view::npos) cell += '\\';
        cell += c;
    }
    return cell;
}

/// For a Markdown link's target.
std::string link_target(std::string_view path) {
    std::string target;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain =
            std::isalnum(byte) || std::string_view("-._~/").find(c) != std::string_view::npos;
        target += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return target;
}

std::string link(const LinkedFile& file) {
    return fmt::format("[{}]({})", table_size(file.size_bytes), link_target(file.path));
}

std::string cell_for(const std::string& header, const ModelRow& row) {
    const std::string column = lower_case(header);
    if (column == "model") return escaped(row.name);
    if (column == "download") return link(row.model);
    if (column == "download (with sample test data)") return row.archive ? link(*row.archive) : "";
    if (column == "onnx version") return row.onnx_version;
    if (column == "opset version") return std::to_string(row.opset_version);
    for (const auto& [name, text] : row.more) {
        if (lower_case(name) == column) return escaped(text);
    }
    return "";
}

bool has_column(const MarkdownTable& table, std::string_view name) {
    return std::ranges::any_of(table.header, [&](const MarkdownCell& cell) {
        return lower_case(cell.text) == lower_case(name);
    });
}

std::string line_of(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const std::string& cell : cells) line += cell.empty() ? " |" : " " + cell + " |";
    return line;
}

/// Offset of the 1-based line; the end for the one behind the last.
std::size_t offset_of_line(const std::string& text, int line) {
    std::size_t offset = 0;
    for (int i = 1; i < line && offset < text.size(); ++i) {
        offset = std::min(text.find('\n', offset), text.size() - 1) + 1;
    }
    return offset;
}

/// Puts the line behind the table's last.
std::string with_line_after(std::string text, const MarkdownTable& table, const std::string& line) {
    const int last = table.rows.empty() ? table.line + 1 : table.rows.back().line;
    const std::size_t offset = offset_of_line(text, last + 1);
    const bool needs_break = offset > 0 && text[offset - 1] != '\n';
    return text.insert(offset, (needs_break ? "\n" : "") + line + "\n");
}

std::string with_line_replaced(std::string text, int number, const std::string& line) {
    const std::size_t begin = offset_of_line(text, number);
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    return text.replace(begin, end - begin, line);
}

const MarkdownTable* find_table(const std::vector<MarkdownTable>& tables,
                                std::initializer_list<std::string_view> columns) {
    for (const MarkdownTable& table : tables) {
        const auto has = [&](std::string_view column) { return has_column(table, column); };
        if (std::ranges::all_of(columns, has)) return &table;
    }
    return nullptr;
}

const MarkdownTable* find_model_table(const std::vector<MarkdownTable>& tables) {
    return find_table(tables, {"Model", "Download", "ONNX version", "Opset version"});
}

std::string with_section(std::string readme, const char* table) {
    if (!readme.empty() && !readme.ends_with('\n')) readme += '\n';
    return readme + (readme.empty() ? "" : "\n") + "## Models\n\n" + table;
}

void check_columns(const MarkdownTable& table, const std::string& path, const ModelRow& row) {
    const auto need = [&](const std::string& column) {
        if (has_column(table, column)) return;
        throw EnvironmentError(
            fmt::format("{}:{}: the table has no column \"{}\"; add it", path, table.line, column));
    };
    if (row.archive) need("Download (with sample test data)");
    for (const auto& [column, text] : row.more) need(column);
}

}  // namespace

std::string table_size(std::uint64_t bytes) {
    if (bytes < 1000) return "1 kB";
    double value = static_cast<double>(bytes) / 1000;
    const char* unit = "kB";
    for (const char* next : {"MB", "GB", "TB"}) {
        if (value < 999.5) break;
        value /= 1000;
        unit = next;
    }
    return fmt::format("{:.{}f} {}", value, value < 9.95 && unit[0] != 'k' ? 1 : 0, unit);
}

std::string with_model_row(const std::string& readme, const std::string& path,
                           const ModelRow& row) {
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    const MarkdownTable* table = find_model_table(tables);
    if (!table) {
        throw EnvironmentError(path +
                               ": has no table with the columns Model, Download, ONNX version and "
                               "Opset version; add one");
    }
    check_columns(*table, path, row);
    std::vector<std::string> cells;
    for (const MarkdownCell& header : table->header) cells.push_back(cell_for(header.text, row));
    const std::string line = line_of(cells);
    for (const ReadmeModel& present : parse_model_tables(readme, path, ignored).models) {
        const std::size_t folder = path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1;
        if (present.model_path == path.substr(0, folder) + row.model.path) {
            return with_line_replaced(readme, present.line, line);
        }
    }
    return with_line_after(readme, *table, line);
}

std::string with_folder_row(const std::string& readme, const std::string& folder,
                            const std::string& title, const std::string& description) {
    Diagnostics ignored;
    const ModelFolders present = parse_model_folders(readme, "README.md", ignored);
    if (std::ranges::find(present.folders, folder, &ModelFolder::path) != present.folders.end()) {
        return readme;
    }
    const auto tables = parse_markdown_tables(readme, "README.md", ignored);
    const MarkdownTable* table = find_table(tables, {"Model Class"});
    if (!table) {
        throw EnvironmentError("README.md: has no table with a column \"Model Class\"; add one");
    }
    std::vector<std::string> cells;
    for (const MarkdownCell& header : table->header) {
        const std::string column = lower_case(header.text);
        if (column == "model class") {
            cells.push_back(fmt::format("[{}]({})", escaped(title), link_target(folder)));
        } else {
            cells.push_back(column == "description" ? escaped(description) : "");
        }
    }
    return with_line_after(readme, *table, line_of(cells));
}

std::string with_model_table(const std::string& readme, const std::string& path) {
    Diagnostics ignored;
    if (find_model_table(parse_markdown_tables(readme, path, ignored))) return readme;
    return with_section(readme,
                        "| Model | Download | Download (with sample test data) | ONNX version | "
                        "Opset version |\n|-|-|-|-|-|\n");
}

std::string with_folder_table(const std::string& readme) {
    Diagnostics ignored;
    if (find_table(parse_markdown_tables(readme, "README.md", ignored), {"Model Class"})) {
        return readme;
    }
    return with_section(readme, "| Model Class | Description |\n|-|-|\n");
}

}  // namespace onnxhub
