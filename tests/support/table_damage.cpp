// SPDX-License-Identifier: Apache-2.0
// Tables in READMEs were edited.
#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "manifest/hub_path.h"
#include "tests/support/damage_families.h"
#include "tests/support/damage_places.h"

namespace onnxhub::test {
namespace {

std::string& line_at(std::vector<std::string>& lines, const RowPlace& row) {
    return lines[static_cast<std::size_t>(row.line) - 1];
}

/// Cells of a row line between its '|', without the separators.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::size_t begin = line.find('|') + 1;
    if (line.find_first_not_of(" \t") != line.find('|')) begin = 0;
    while (begin <= line.size()) {
        const std::size_t end = std::min(line.find('|', begin), line.size());
        cells.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return cells;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == text.npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Column of `name` in the header above the row.
std::optional<std::size_t> column_of(const std::vector<std::string>& lines, int row_line,
                                     const std::string& name, int* header_line = nullptr) {
    for (int line = row_line - 1; line >= 1; --line) {
        const auto cells = cells_of(lines[static_cast<std::size_t>(line) - 1]);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (lower(trimmed(cells[i])) != lower(name)) continue;
            if (header_line) *header_line = line;
            return i;
        }
    }
    return std::nullopt;
}

/// Sets the cell of the column `name` in the row.
bool set_cell(HubFiles& hub, const RowPlace& row, const std::string& name,
              const std::function<std::string(std::string)>& edit) {
    std::vector<std::string> lines = split_lines(hub.files.at(row.readme));
    const auto column = column_of(lines, row.line, name);
    std::string& line = line_at(lines, row);
    auto cells = cells_of(line);
    if (!column || *column >= cells.size()) return false;
    const bool has_edge = line.find_first_not_of(" \t") == line.find('|');
    cells[*column] = " " + edit(trimmed(cells[*column])) + " ";
    std::string edited = has_edge ? "|" : "";
    for (std::size_t i = 0; i < cells.size(); ++i) edited += (i > 0 ? "|" : "") + cells[i];
    if (edited == line) return false;
    line = edited;
    hub.files.at(row.readme) = join_lines(lines);
    return true;
}

Apply on_cell(const std::string& column, std::function<std::string(std::string)> edit,
              Expect expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row || !set_cell(hub, *row, column, edit)) return false;
        expect(hub, *row, consequences);
        return true;
    };
}

bool delete_row(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.erase(lines.begin() + row->line - 1);
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert(
        {"entry-without-row", manifest_path, line_in_manifest(hub, *row->entry)});
    return true;
}

bool duplicate_row(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.insert(lines.begin() + row->line, line_at(lines, *row));
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert({"row-duplicate", row->readme, row->line + 1});
    return true;
}

bool conflict_in_readme(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
    lines.insert(lines.begin() + row->line - 1, "<<<<<<< HEAD");
    hub.files.at(row->readme) = join_lines(lines);
    consequences.required.insert({"readme-conflict", row->readme, row->line});
    return true;
}

Apply on_header(const std::string& column, const std::string& replacement,
                const std::string& rule) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row) return false;
        std::vector<std::string> lines = split_lines(hub.files.at(row->readme));
        int header = 0;
        if (!column_of(lines, row->line, column, &header)) return false;
        std::string& line = lines[static_cast<std::size_t>(header) - 1];
        const std::size_t at = lower(line).find(lower(column));
        line.replace(at, column.size(), replacement);
        hub.files.at(row->readme) = join_lines(lines);
        consequences.required.insert({rule, row->readme, header});
        return true;
    };
}

bool break_folder_link(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::vector<std::string> lines = split_lines(hub.files.at("README.md"));
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    std::size_t seen = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const std::string& folder : folders) {
            const std::size_t at = lines[i].find("](" + folder + ")");
            if (at == lines[i].npos || lines[i].find('|') == lines[i].npos) continue;
            if (seen++ < position) continue;
            const bool is_named_again =
                std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
                    return line.find("](" + folder + ")") != line.npos;
                }) > 1;
            if (is_named_again) continue;
            lines[i].insert(at + 2 + folder.size(), "-moved");
            hub.files.at("README.md") = join_lines(lines);
            consequences.required.insert(
                {"folder-no-readme", "README.md", static_cast<int>(i) + 1});
            consequences.allowed = {"entry-without-row"};
            return true;
        }
    }
    return false;
}

}  // namespace

std::vector<Damage> table_damages() {
    const auto set_to = [](std::string text) {
        return [text](const std::string&) { return text; };
    };
    return {
        {"delete a row", delete_row},
        {"duplicate a row", duplicate_row},
        {"edit a row's opset",
         on_cell("Opset version", set_to("999"),
                 at_entry("entry-opset-differs", "opset_version", {"graph-opset-differs"}))},
        {"edit a row's version",
         on_cell("ONNX version", set_to("9.9"), at_entry("entry-version-differs", "onnx_version"))},
        {"write an invalid version", on_cell("ONNX version", set_to("v9"),
                                             at_row("row-bad-version", {"entry-version-differs"}))},
        {"edit a row's name", on_cell(
                                  "Model", [](std::string name) { return "X-" + name; },
                                  at_entry("entry-name-differs", "model"))},
        {"break a row's link", on_cell(
                                   "Download",
                                   [](std::string cell) {
                                       replace_once(cell, "](", "](elsewhere/");
                                       return cell;
                                   },
                                   at_row("row-file-missing"))},
        {"lead a row's link out of the hub", on_cell(
                                                 "Download",
                                                 [](std::string cell) {
                                                     replace_once(cell, "](",
                                                                  "](../../../../../../../");
                                                     return cell;
                                                 },
                                                 at_row("row-unsafe-path"))},
        {"link a row to another site", on_cell(
                                           "Download",
                                           [](std::string cell) {
                                               replace_once(cell, "](", "](https://example.org/");
                                               return cell;
                                           },
                                           at_row("row-absolute-url"))},
        {"empty a row's link", on_cell("Download", set_to("1 kB"), at_row("row-no-link"))},
        {"empty a row's name", on_cell("Model", set_to(""), at_row("row-no-model"))},
        {"empty a row's version",
         on_cell("ONNX version", set_to(""), at_row("row-no-onnx-version"))},
        {"write an invalid opset", on_cell("Opset version", set_to("v8"), at_row("row-bad-opset"))},
        {"make a row's name a link",
         on_cell(
             "Model", [](std::string name) { return "[" + name + "](https://example.org)"; },
             at_row("row-name-is-link", {"entry-name-differs"}))},
        {"misspell a column", on_header("Opset version", "Opset verison", "column-misspelled")},
        {"rename a column", on_header("Opset version", "Number", "column-missing")},
        {"break a folder's link", break_folder_link},
        {"leave a conflict in a README", conflict_in_readme},
    };
}

}  // namespace onnxhub::test
