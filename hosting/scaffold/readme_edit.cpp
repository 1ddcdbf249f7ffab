// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/readme_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/spelling.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "repository/link_target.h"
#include "sources/markdown_line.h"
#include "sources/markdown_table.h"
#include "sources/readme_table.h"

namespace onnxhub {
namespace {

/// Escapes the text of a cell, so that Markdown shows it unchanged and on one line.
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

/// Escapes the target of a Markdown link.
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

constexpr std::string_view column_archive = "Download (with sample test data)";
constexpr std::array model_columns = {std::string_view("Model"), std::string_view("Download"),
                                      column_archive, std::string_view("ONNX version"),
                                      std::string_view("Opset version")};

/// The cell of a new row; absent: there is no value for this column.
std::optional<std::string> cell_for(const std::string& header, const RowText& row) {
    const std::string column = lower_case(header);
    if (column == "model") return escaped(row.name);
    if (column == "download") return link(row.model);
    if (column == lower_case(column_archive)) {
        return row.archive ? std::optional(link(*row.archive)) : std::nullopt;
    }
    if (column == "onnx version") return row.onnx_version;
    if (column == "opset version") return std::to_string(row.opset_version);
    for (const auto& [name, text] : row.more) {
        if (lower_case(name) == column) return escaped(text);
    }
    return std::nullopt;
}

/// The text that Markdown shows for an escaped cell.
std::string shown_text(const std::string& cell) {
    std::string text;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        if (cell[i] == '\\' && i + 1 < cell.size()) ++i;
        text += cell[i];
    }
    return text;
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

/// Offset of the 1-based line; the end of the text for the line after the last.
std::size_t offset_of_line(const std::string& text, int line) {
    std::size_t offset = 0;
    for (int i = 1; i < line && offset < text.size(); ++i) {
        offset = std::min(text.find('\n', offset), text.size() - 1) + 1;
    }
    return offset;
}

/// Inserts the line after the table's last line.
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

/// Cells of a row as written, with the spaces around them.
class WrittenRow {
public:
    WrittenRow(const std::string& line, std::size_t columns) {
        const MarkdownLine parsed = parse_markdown_line(line, 1);
        prefix_ = parsed.prefix;
        std::string_view rest = parsed.content;
        while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.back()))) {
            rest.remove_suffix(1);
        }
        if (rest.starts_with('|')) rest.remove_prefix(1);
        std::string cell;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (rest[i] == '|') {
                cells_.push_back(std::exchange(cell, ""));
                continue;
            }
            cell += rest[i];
            const bool escapes = rest[i] == '\\' && i + 1 < rest.size() &&
                                 std::ispunct(static_cast<unsigned char>(rest[i + 1]));
            if (escapes) cell += rest[++i];
        }
        if (!rest.ends_with('|')) cells_.push_back(cell);
        cells_.resize(std::max(columns, cells_.size()), " ");
    }

    const std::string& cell(std::size_t column) const { return cells_[column]; }
    void set(std::size_t column, const std::string& text) {
        cells_[column] = text.empty() ? " " : " " + text + " ";
    }

    void set_as_written(std::size_t column, const std::string& cell) { cells_[column] = cell; }

    std::string line() const {
        std::string line = prefix_ + "|";
        for (const std::string& cell : cells_) line += cell + "|";
        return line;
    }

private:
    std::string prefix_;
    std::vector<std::string> cells_;
};

/// The cell with the text of its first link replaced and everything else kept; absent: the link's
/// text is not plain.
std::optional<std::string> with_link_text(const std::string& cell, const std::string& text) {
    const std::size_t begin = cell.find('[');
    const std::size_t end = cell.find_first_of("[]", begin == cell.npos ? begin : begin + 1);
    if (end == cell.npos || cell.compare(end, 2, "](") != 0) return std::nullopt;
    if (begin > 0 && cell[begin - 1] == '!') return std::nullopt;
    return cell.substr(0, begin + 1) + text + cell.substr(end);
}

/// Where the README is, to resolve its links.
struct ReadmePlace {
    std::string folder;  ///< path from the hub's top; "" is the top
    const std::optional<RepositoryUrl>& own;
};

/// Path from the hub's top of a file whose path is relative to the README's folder.
std::string path_of(const LinkedFile& file, const ReadmePlace& place) {
    return place.folder.empty() ? file.path : place.folder + "/" + file.path;
}

/// Whether the cell's first link is to the file.
bool links_to(const MarkdownCell& cell, const LinkedFile& file, const ReadmePlace& place) {
    if (cell.links.empty()) return false;
    const LinkTarget target = resolve_link(place.folder, cell.links.front(), place.own);
    const auto* clean = std::get_if<std::string>(&target);
    return clean && *clean == path_of(file, place);
}

/// Updates the size in a cell whose link does not change, if it has a size.
void update_link(WrittenRow& row, std::size_t column, const MarkdownCell& present,
                 const LinkedFile& file, const ReadmePlace& place) {
    if (!links_to(present, file, place)) return row.set(column, link(file));
    if (!file.has_changed) return;
    const auto updated = with_link_text(row.cell(column), table_size(file.size_bytes));
    if (updated) row.set_as_written(column, *updated);
}

/// The row's line, with only the cells replaced that have a different value.
std::string updated_line(const std::string& line, const MarkdownTable& table,
                         const MarkdownRow& present, const RowText& row, const ReadmePlace& place) {
    WrittenRow written(line, table.header.size());
    bool has_changed = false;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        const std::string column = lower_case(table.header[i].text);
        const auto cell = cell_for(column, row);
        if (!cell) continue;
        const std::string before = written.cell(i);
        if (column == "download") {
            update_link(written, i, present.cells[i], row.model, place);
        } else if (column == lower_case(column_archive)) {
            update_link(written, i, present.cells[i], *row.archive, place);
        } else if (shown_text(*cell) != present.cells[i].text) {
            written.set(i, *cell);
        }
        has_changed |= written.cell(i) != before;
    }
    if (!has_changed) return line;
    return written.line() + (line.ends_with('\r') ? "\r" : "");
}

std::string line_at(const std::string& text, int number) {
    const std::size_t begin = offset_of_line(text, number);
    return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
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

std::string with_section(std::string readme, const char* heading, const std::string& table) {
    if (!readme.empty() && !readme.ends_with('\n')) readme += '\n';
    return readme + (readme.empty() ? "" : "\n") + "## " + heading + "\n\n" + table;
}

void check_columns(const MarkdownTable& table, const std::string& path, const RowText& row) {
    const auto need = [&](const std::string& column) {
        if (has_column(table, column)) return;
        throw UserError(
            fmt::format("{}:{}: the table has no column \"{}\"; add it", path, table.line, column));
    };
    if (row.archive) need("Download (with sample test data)");
    for (const auto& [column, text] : row.more) need(column);
}

std::string empty_model_table(const std::vector<std::string>& more_columns) {
    std::vector<std::string> header(model_columns.begin(), model_columns.end());
    for (const std::string& column : more_columns) header.push_back(escaped(column));
    std::string rule = "|";
    for (std::size_t i = 0; i < header.size(); ++i) rule += "-|";
    return line_of(header) + "\n" + rule + "\n";
}

/// 1-based line of the first row that links to the row's file; 0 if there is none.
int line_of_model(const std::string& readme, const std::string& path, const RowText& row,
                  const ReadmePlace& place) {
    Diagnostics ignored;
    for (const ModelRow& present : parse_model_tables(readme, path, ignored, place.own).models) {
        if (present.model_path == path_of(row.model, place)) return present.line;
    }
    return 0;
}

/// A row and its table.
struct FoundRow {
    const MarkdownTable* table = nullptr;
    const MarkdownRow* row = nullptr;
};

std::optional<FoundRow> row_at(const std::vector<MarkdownTable>& tables, int line) {
    for (const MarkdownTable& table : tables) {
        const auto row = std::ranges::find(table.rows, line, &MarkdownRow::line);
        if (row != table.rows.end()) return FoundRow{&table, &*row};
    }
    return std::nullopt;
}

/// The cell, which shows `name.first`, with `name.second`. Markup around the name is kept.
std::string renamed_cell(const std::string& cell, const std::pair<std::string, std::string>& name) {
    for (const std::string& written : {escaped(name.first), name.first}) {
        const std::size_t begin = cell.find(written);
        if (begin == cell.npos || cell.substr(0, begin).find("](") != cell.npos) continue;
        return cell.substr(0, begin) + escaped(name.second) + cell.substr(begin + written.size());
    }
    return " " + escaped(name.second) + " ";
}

/// Where a link's target ends, from its first character.
std::size_t end_of_target(const std::string& cell, std::size_t begin) {
    int depth = 0;
    for (std::size_t i = begin; i < cell.size(); ++i) {
        if (cell[i] == '\\') {
            ++i;
        } else if (cell[i] == '(') {
            ++depth;
        } else if (cell[i] == ' ' || (cell[i] == ')' && depth-- == 0)) {
            return i;
        }
    }
    return cell.npos;
}

/// A link target, written for a README in `folder`.
std::string target_from(const std::string& folder, const std::string& path) {
    return link_target(
        folder.empty() ? path
                       : std::filesystem::path(path).lexically_relative(folder).generic_string());
}

/// The cell with other targets for links to the files of `paths`.
std::string with_moved_links(std::string cell, const std::map<std::string, std::string>& paths,
                             const ReadmePlace& place) {
    struct Form {
        std::string_view before;
        std::string_view end;  ///< empty: see end_of_target()
    };
    constexpr Form forms[] = {{"](<", ">"}, {"](", ""}, {"href=\"", "\""}, {"href='", "'"}};
    for (const Form& form : forms) {
        for (std::size_t at = cell.find(form.before); at != cell.npos;
             at = cell.find(form.before, at + 1)) {
            const std::size_t begin = at + form.before.size();
            const std::size_t end =
                form.end.empty() ? end_of_target(cell, begin) : cell.find(form.end, begin);
            if (end == cell.npos) break;
            const LinkTarget target =
                resolve_link(place.folder, shown_text(cell.substr(begin, end - begin)), place.own);
            const auto* present = std::get_if<std::string>(&target);
            const auto moved = present ? paths.find(*present) : paths.end();
            if (moved == paths.end()) continue;
            cell.replace(begin, end - begin, target_from(place.folder, moved->second));
        }
    }
    return cell;
}

/// The position of the first of `headers` that the table has.
std::optional<std::size_t> first_column(const MarkdownTable& table,
                                        const std::vector<std::string>& headers) {
    for (const std::string& header : headers) {
        const auto found = std::ranges::find_if(table.header, [&](const MarkdownCell& cell) {
            return lower_case(cell.text) == lower_case(header);
        });
        if (found != table.header.end()) {
            return static_cast<std::size_t>(found - table.header.begin());
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> without_rows(const std::string& readme, const std::string& path,
                                        const std::set<int>& lines) {
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    std::string text = readme;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {  // the last one first
        if (!row_at(tables, *line)) return std::nullopt;
        const std::size_t begin = offset_of_line(text, *line);
        text.erase(begin, offset_of_line(text, *line + 1) - begin);
    }
    return text;
}

std::optional<std::string> with_changed_row(const std::string& readme, const std::string& path,
                                            const RowChange& change,
                                            const std::optional<RepositoryUrl>& own) {
    const ReadmePlace place{std::string(parent_folder(path)), own};
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    const auto found = row_at(tables, change.line);
    if (!found) return std::nullopt;
    const std::string line = line_at(readme, change.line);
    WrittenRow written(line, found->table->header.size());
    const auto name = first_column(*found->table, change.name_columns);
    for (std::size_t i = 0; i < found->table->header.size(); ++i) {
        std::string cell = with_moved_links(written.cell(i), change.paths, place);
        if (change.name && name == i) cell = renamed_cell(cell, *change.name);
        written.set_as_written(i, cell);
    }
    return with_line_replaced(readme, change.line,
                              written.line() + (line.ends_with('\r') ? "\r" : ""));
}

std::optional<std::map<std::string, std::string>> more_cells(const std::string& readme,
                                                             const std::string& path, int line) {
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    const auto found = row_at(tables, line);
    if (!found) return std::nullopt;
    std::map<std::string, std::string> cells;
    for (std::size_t i = 0; i < found->table->header.size(); ++i) {
        const std::string& header = found->table->header[i].text;
        if (!is_column_of_models(header)) cells[header] = found->row->cells[i].text;
    }
    return cells;
}

bool has_model_column(const std::string& readme, const std::string& path,
                      const std::string& header) {
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    const MarkdownTable* table = find_model_table(tables);
    return table && has_column(*table, header);
}

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

bool is_column_of_models(const std::string& header) {
    return std::ranges::any_of(model_columns, [&](std::string_view column) {
        return lower_case(column) == lower_case(header);
    });
}

std::string with_model_row(const std::string& readme, const std::string& path, const RowText& row,
                           const std::optional<RepositoryUrl>& own) {
    const ReadmePlace place{std::string(parent_folder(path)), own};
    Diagnostics ignored;
    const auto tables = parse_markdown_tables(readme, path, ignored);
    const MarkdownTable* table = find_model_table(tables);
    if (!table) {
        throw UserError(path +
                        ": has no table with the columns Model, Download, ONNX version and "
                        "Opset version; add one");
    }
    const int line =
        row.present_line > 0 ? row.present_line : line_of_model(readme, path, row, place);
    for (const MarkdownTable& present : tables) {
        for (const MarkdownRow& candidate : present.rows) {
            if (candidate.line != line) continue;
            check_columns(present, path, row);
            return with_line_replaced(
                readme, line, updated_line(line_at(readme, line), present, candidate, row, place));
        }
    }
    check_columns(*table, path, row);
    std::vector<std::string> cells;
    for (const MarkdownCell& header : table->header) {
        cells.push_back(cell_for(header.text, row).value_or(""));
    }
    return with_line_after(readme, *table, line_of(cells));
}

std::string with_folder_row(const std::string& readme, const std::string& folder,
                            const std::string& title, const std::string& description,
                            const std::optional<RepositoryUrl>& own) {
    Diagnostics ignored;
    const ModelFolders present = parse_model_folders(readme, "README.md", ignored, own);
    if (std::ranges::find(present.folders, folder, &ModelFolder::path) != present.folders.end()) {
        return readme;
    }
    const auto tables = parse_markdown_tables(readme, "README.md", ignored);
    const MarkdownTable* table = find_table(tables, {"Model Class"});
    if (!table) {
        throw UserError("README.md: has no table with a column \"Model Class\"; add one");
    }
    std::vector<std::string> cells;
    for (const MarkdownCell& header : table->header) {
        const std::string column = lower_case(header.text);
        if (column == "model class") {
            cells.push_back(fmt::format("[{}]({})", escaped(title),
                                        folder.empty() ? "." : link_target(folder)));
        } else {
            cells.push_back(column == "description" ? escaped(description) : "");
        }
    }
    return with_line_after(readme, *table, line_of(cells));
}

std::string new_model_readme(const std::string& title,
                             const std::vector<std::string>& more_columns) {
    return "# " + escaped(title) + "\n\n" + empty_model_table(more_columns);
}

std::string with_model_table(const std::string& readme, const std::string& path,
                             const std::vector<std::string>& more_columns) {
    Diagnostics problems;
    if (find_model_table(parse_markdown_tables(readme, path, problems))) return readme;
    if (parse_model_tables(readme, path, problems).has_lost_table) {
        for (const Diagnostic& problem : problems.all()) {
            throw UserError(
                fmt::format("{}:{}: {}; {}", path, problem.line, problem.message, problem.hint));
        }
    }
    const bool is_root = path.find('/') == path.npos;  // the top README also has a table of folders
    return with_section(readme, is_root ? "Models in this folder" : "Models",
                        empty_model_table(more_columns));
}

std::string with_folder_table(const std::string& readme) {
    Diagnostics ignored;
    if (find_table(parse_markdown_tables(readme, "README.md", ignored), {"Model Class"})) {
        return readme;
    }
    return with_section(readme, "Models", "| Model Class | Description |\n|-|-|\n");
}

}  // namespace onnxhub
