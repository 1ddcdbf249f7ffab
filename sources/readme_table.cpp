// SPDX-License-Identifier: Apache-2.0
#include "sources/readme_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

#include "base/spelling.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "repository/link_target.h"
#include "sources/fact_value.h"
#include "sources/markdown_table.h"
#include "sources/readme_content.h"

namespace onnxhub {
namespace {

constexpr std::string_view column_model_class = "Model Class";
constexpr std::string_view column_model = "Model";
constexpr std::string_view column_download = "Download";
constexpr std::string_view column_archive = "Download (with sample test data)";
constexpr std::string_view column_onnx_version = "ONNX version";
constexpr std::string_view column_opset_version = "Opset version";

constexpr std::array required_columns = {column_model, column_download, column_onnx_version,
                                         column_opset_version};

/// More repeated rows than this are only counted, since no one repairs them one by one.
constexpr std::size_t repeated_row_limit = 1000;

std::optional<std::size_t> find_column(const MarkdownTable& table, std::string_view name) {
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        if (lower_case(table.header[i].text) == lower_case(name)) return i;
    }
    return std::nullopt;
}

/// A table that lacks a required column is ignored, so a likely misspelling is reported. Returns
/// whether there was one.
bool report_misspelled_columns(const MarkdownTable& table, std::span<const std::string_view> wanted,
                               const std::string& readme_path, Diagnostics& diagnostics) {
    bool found = false;
    for (const std::string_view name : wanted) {
        if (find_column(table, name)) continue;
        for (std::size_t i = 0; i < table.header.size(); ++i) {
            const MarkdownCell& cell = table.header[i];
            if (!is_misspelling(lower_case(cell.text), lower_case(name))) continue;
            diagnostics.report(
                {Severity::warning, rule_id::column_misspelled, readme_path, table.line,
                 fmt::format("column \"{}\" looks like \"{}\", but the table is not read",
                             cell.text, name),
                 fmt::format("name the column \"{}\"", name), cell_number(i)});
            found = true;
        }
    }
    return found;
}

struct LinkRules {
    const char* absolute_url;
    const char* unsafe_path;
};

constexpr LinkRules folder_link_rules{rule_id::folder_absolute_url, rule_id::folder_unsafe_path};
constexpr LinkRules row_link_rules{rule_id::row_absolute_url, rule_id::row_unsafe_path};

/// Resolves the links of one README, and reports those that do not lead to a file of the hub.
class LinkReader {
public:
    LinkReader(const std::string& readme_path, const LinkRules& rules,
               const std::optional<RepositoryUrl>& own, Diagnostics& diagnostics)
        : readme_path_(readme_path),
          folder_(parent_folder(readme_path)),
          rules_(rules),
          own_(own),
          diagnostics_(diagnostics) {}

    std::optional<std::string> resolve(const std::string& link, int line, int cell) const {
        LinkTarget target = resolve_link(folder_, link, own_);
        if (auto* path = std::get_if<std::string>(&target)) return std::move(*path);
        if (std::holds_alternative<AbsoluteUrl>(target)) {
            diagnostics_.report({Severity::error, rules_.absolute_url, readme_path_, line,
                                 fmt::format("link \"{}\" is an absolute URL", link),
                                 fmt::format("use a link relative to {}",
                                             folder_.empty() ? "the hub's root" : folder_),
                                 cell});
        } else {
            diagnostics_.report({Severity::error, rules_.unsafe_path, readme_path_, line,
                                 fmt::format("link \"{}\" can't be used: its path {}", link,
                                             std::get<UnsafePath>(target).reason),
                                 "link to a file of this repository by its relative path", cell});
        }
        return std::nullopt;
    }

private:
    const std::string& readme_path_;
    std::string_view folder_;
    LinkRules rules_;
    const std::optional<RepositoryUrl>& own_;
    Diagnostics& diagnostics_;
};

/// A link may name a folder or its README, since GitHub shows the same for both.
std::string folder_of_link(std::string path) {
    if (file_name(path) == "README.md") path = parent_folder(path);
    return path;
}

/// Whether the text shows the brackets of a link with a typing error.
bool has_broken_link(const MarkdownCell& cell) {
    if (!cell.links.empty()) return false;
    const std::size_t end = cell.text.find(']');
    if (end != cell.text.npos) {
        const std::size_t next = cell.text.find_first_not_of(' ', end + 1);
        if (next == cell.text.npos || cell.text[next] != '(') return false;
        // Text such as "BERT [3] (2018)" has brackets too.
        return next == end + 1 || cell.text.find('/', next) != cell.text.npos;
    }
    return cell.text.starts_with('[') && cell.text.find('(') != cell.text.npos;
}

void read_folders(const MarkdownTable& table, std::size_t column, const LinkReader& links,
                  const std::string& readme_path, ModelFolders& result, Diagnostics& diagnostics) {
    const int number = cell_number(column);
    for (const MarkdownRow& row : table.rows) {
        const MarkdownCell& cell = row.cells[column];
        if (has_broken_link(cell)) {
            result.has_lost_folder = true;
            diagnostics.report({Severity::error, rule_id::folder_unsafe_path, readme_path, row.line,
                                fmt::format("\"{}\" has a broken link", cell.text),
                                "write [Name](folder), with the folder of the models", number});
        } else if (!cell.links.empty() && !cell.links.front().empty()) {
            if (auto path = links.resolve(cell.links.front(), row.line, number)) {
                result.folders.push_back({folder_of_link(std::move(*path)), row.line, number});
            } else {
                result.has_lost_folder = true;
            }
        } else if (!cell.text.empty()) {
            diagnostics.report(
                {Severity::note, rule_id::folder_no_link, readme_path, row.line,
                 fmt::format("\"{}\" does not link to a folder of models", cell.text), "", number});
        }
    }
}

/// The positions of the columns in a table of models.
struct ModelColumns {
    std::size_t model;
    std::size_t download;
    std::optional<std::size_t> archive;
    std::size_t onnx_version;
    std::size_t opset_version;
};

std::optional<ModelColumns> find_model_columns(const MarkdownTable& table) {
    const auto model = find_column(table, column_model);
    const auto download = find_column(table, column_download);
    const auto onnx_version = find_column(table, column_onnx_version);
    const auto opset_version = find_column(table, column_opset_version);
    if (!model || !download || !onnx_version || !opset_version) return std::nullopt;
    return ModelColumns{*model, *download, find_column(table, column_archive), *onnx_version,
                        *opset_version};
}

/// A table with most of the columns is probably a table of models; other tables have at most two of
/// them. Returns whether a missing or misspelled column hides a table of models.
bool report_nearly_model_table(const MarkdownTable& table, const std::string& readme_path,
                               Diagnostics& diagnostics) {
    const auto present =
        std::count_if(required_columns.begin(), required_columns.end(),
                      [&](std::string_view name) { return find_column(table, name).has_value(); });
    if (present >= 2 &&
        report_misspelled_columns(table, required_columns, readme_path, diagnostics)) {
        return true;
    }
    if (present + 1 != std::ssize(required_columns)) return false;
    const auto missing =
        std::find_if(required_columns.begin(), required_columns.end(),
                     [&](std::string_view name) { return !find_column(table, name); });
    diagnostics.report({Severity::warning, rule_id::column_missing, readme_path, table.line,
                        fmt::format("the table has no column \"{}\" and is not read", *missing),
                        "add the column, and fill it in for every model"});
    return true;
}

std::vector<std::string> tags_of_folders(std::string_view folder) {
    std::vector<std::string> tags;
    for (; !folder.empty(); folder = parent_folder(folder)) {
        tags.emplace_back(file_name(folder));
        std::replace(tags.back().begin(), tags.back().end(), '_', ' ');
    }
    std::reverse(tags.begin(), tags.end());
    return tags;
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

bool has_segment(std::string_view path, std::string_view segment) {
    for (; !path.empty(); path = parent_folder(path)) {
        if (file_name(path) == segment) return true;
    }
    return false;
}

/// Reads the rows of all model tables of one README.
class ModelReader {
public:
    ModelReader(const std::string& readme_path, const std::optional<RepositoryUrl>& own,
                Diagnostics& diagnostics)
        : readme_path_(readme_path),
          diagnostics_(diagnostics),
          links_(readme_path, row_link_rules, own, diagnostics),
          folder_tags_(tags_of_folders(parent_folder(readme_path))) {}

    void read(const MarkdownTable& table, const ModelColumns& columns) {
        for (const MarkdownRow& row : table.rows) {
            if (is_empty(row.cells[columns.model]) && is_empty(row.cells[columns.download])) {
                continue;
            }
            auto model = read_row(row, columns);
            if (model && is_new(*model)) tables_.models.push_back(std::move(*model));
        }
    }

    ModelTables finish() {
        if (repeated_rows_ > repeated_row_limit) {
            diagnostics_.report({Severity::warning, rule_id::row_duplicate, readme_path_,
                                 last_repeated_line_,
                                 fmt::format("{} more rows up to this line repeat earlier "
                                             "ones and are skipped",
                                             repeated_rows_ - repeated_row_limit),
                                 "remove the repeated rows"});
        }
        return std::move(tables_);
    }

private:
    static bool is_empty(const MarkdownCell& cell) {
        return cell.text.empty() && cell.links.empty();
    }

    void report(Severity severity, const MarkdownRow& row, int cell, const char* rule,
                std::string message, std::string hint) {
        diagnostics_.report(
            {severity, rule, readme_path_, row.line, std::move(message), std::move(hint), cell});
    }

    /// Reports all problems of the row, not only the first.
    std::optional<ModelRow> read_row(const MarkdownRow& row, const ModelColumns& columns) {
        ModelRow model;
        model.source_file = readme_path_;
        model.line = row.line;
        model.cells = cells_of(columns);
        const bool has_name = read_name(row, row.cells[columns.model], model);
        const bool has_path = read_download(row, row.cells[columns.download], model);
        const bool has_archive =
            !columns.archive || read_archive(row, row.cells[*columns.archive], model);
        const bool has_version = read_onnx_version(row, row.cells[columns.onnx_version], model);
        const bool has_opset = read_opset(row, row.cells[columns.opset_version], model);
        if (!has_name || !has_path || !has_archive || !has_version || !has_opset) {
            tables_.broken.push_back({readme_path_, row.line, model.name, model.model_path});
            return std::nullopt;
        }
        if (!row.cells[columns.model].links.empty()) {
            name_after_link(row, row.cells[columns.model], model);
        }
        return model;
    }

    static RowCells cells_of(const ModelColumns& columns) {
        return {.name = cell_number(columns.model),
                .path = cell_number(columns.download),
                .archive = columns.archive ? cell_number(*columns.archive) : std::uint16_t{0},
                .onnx_version = cell_number(columns.onnx_version),
                .opset = cell_number(columns.opset_version)};
    }

    /// The official generator uses the HTML of the cell as the model's name. We do the same, so
    /// that the manifests agree, and the warning explains how to get a name that people can type.
    void name_after_link(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        report(Severity::warning, row, model.cells.name, rule_id::row_name_is_link,
               fmt::format("the cell \"Model\" of {} is a link, which makes the model's name HTML",
                           quoted_name(model)),
               "move the link to another column, since users find a model by its name");
        model.name = fmt::format("<a href=\"{}\">{}</a>", escape_html(cell.links.front()),
                                 escape_html(cell.text));
    }

    bool read_name(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        model.name = cell.text;
        if (model.name.empty()) {
            report(Severity::error, row, model.cells.name, rule_id::row_no_model,
                   "the row has a download but no model name",
                   "write the name into the column \"Model\"");
            return false;
        }
        return true;
    }

    bool read_download(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        if (cell.links.empty() || cell.links.front().empty()) {
            report(Severity::error, row, model.cells.path, rule_id::row_no_link,
                   fmt::format("the cell \"Download\" of {} has no link", quoted_name(model)),
                   "link to the .onnx file by its path relative to this README");
            return false;
        }
        const std::string& link = cell.links.front();
        auto path = resolve_file(row, link, model.cells.path);
        if (!path) return false;
        model.model_path = std::move(*path);
        model.tags = folder_tags_;
        if (has_segment(decoded_link_path(link), "preproc")) model.tags.push_back("preprocessing");
        return true;
    }

    bool read_archive(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        if (cell.links.empty() || cell.links.front().empty()) return true;
        auto path = resolve_file(row, cell.links.front(), model.cells.archive);
        if (!path) return false;
        model.archive_path = std::move(*path);
        return true;
    }

    std::optional<std::string> resolve_file(const MarkdownRow& row, const std::string& link,
                                            int cell) {
        auto path = links_.resolve(link, row.line, cell);
        if (path && path->empty()) {
            report(Severity::error, row, cell, rule_id::row_unsafe_path,
                   fmt::format("link \"{}\" leads to the hub's root, not to a file", link),
                   "link to a file by its path relative to this README");
            path.reset();
        }
        return path;
    }

    bool read_onnx_version(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        model.onnx_version = cell.text;
        if (model.onnx_version.empty()) {
            report(Severity::error, row, model.cells.onnx_version, rule_id::row_no_onnx_version,
                   fmt::format("{} has no ONNX version", quoted_name(model)),
                   "write the ONNX release the model was made with, such as 1.9");
        }
        return !model.onnx_version.empty();
    }

    bool read_opset(const MarkdownRow& row, const MarkdownCell& cell, ModelRow& model) {
        const auto opset = parse_opset(cell.text);
        if (opset) {
            model.opset_version = *opset;
            return true;
        }
        report(Severity::error, row, model.cells.opset, rule_id::row_bad_opset,
               cell.text.empty() ? fmt::format("{} has no opset version", quoted_name(model))
                                 : fmt::format("the opset version \"{}\" of {} is not a number "
                                               "from 1 to {}",
                                               cell.text, quoted_name(model), opset_limit),
               "write the model's default-domain opset, such as 13");
        return false;
    }

    static std::string quoted_name(const ModelRow& model) {
        return model.name.empty() ? "the model" : fmt::format("\"{}\"", model.name);
    }

    bool is_new(const ModelRow& model) {
        const auto [first, is_first] =
            first_lines_.try_emplace({model.model_path, model.name, model.archive_path,
                                      model.onnx_version, model.opset_version, model.tags},
                                     model.line);
        if (is_first) return true;
        last_repeated_line_ = model.line;
        if (++repeated_rows_ > repeated_row_limit) return false;
        diagnostics_.report(
            {Severity::warning, rule_id::row_duplicate, readme_path_, model.line,
             fmt::format("{} repeats line {} and is skipped", quoted_name(model), first->second),
             "remove one of the two rows"});
        return false;
    }

    using Statement = std::tuple<std::string, std::string, std::optional<std::string>, std::string,
                                 std::int64_t, std::vector<std::string>>;

    const SharedText readme_path_;
    Diagnostics& diagnostics_;
    LinkReader links_;
    std::vector<std::string> folder_tags_;
    ModelTables tables_;
    std::map<Statement, int> first_lines_;
    std::size_t repeated_rows_ = 0;
    int last_repeated_line_ = 0;
};

}  // namespace

ModelFolders parse_model_folders(std::string_view markdown, const std::string& readme_path,
                                 Diagnostics& diagnostics,
                                 const std::optional<RepositoryUrl>& own) {
    ModelFolders result;
    const LinkReader links(readme_path, folder_link_rules, own, diagnostics);
    const auto tables = read_readme_tables(markdown, readme_path, diagnostics);
    if (!tables) {
        result.is_unusable = true;
        return result;
    }
    for (const MarkdownTable& table : *tables) {
        const auto column = find_column(table, column_model_class);
        if (!column) {
            result.has_lost_folder |= report_misspelled_columns(
                table, std::span(&column_model_class, 1), readme_path, diagnostics);
            continue;
        }
        result.has_table = true;
        read_folders(table, *column, links, readme_path, result, diagnostics);
    }
    std::stable_sort(result.folders.begin(), result.folders.end(),
                     [](const ModelFolder& a, const ModelFolder& b) { return a.path < b.path; });
    const auto same_path = [](const ModelFolder& a, const ModelFolder& b) {
        return a.path == b.path;
    };
    result.folders.erase(std::unique(result.folders.begin(), result.folders.end(), same_path),
                         result.folders.end());
    return result;
}

ModelTables parse_model_tables(std::string_view markdown, const std::string& readme_path,
                               Diagnostics& diagnostics, const std::optional<RepositoryUrl>& own) {
    const auto all_tables = read_readme_tables(markdown, readme_path, diagnostics);
    if (!all_tables) {
        ModelTables lost;
        lost.has_lost_table = true;
        return lost;
    }
    ModelReader reader(readme_path, own, diagnostics);
    bool has_lost_table = false;
    for (const MarkdownTable& table : *all_tables) {
        if (const auto columns = find_model_columns(table)) {
            reader.read(table, *columns);
        } else if (report_nearly_model_table(table, readme_path, diagnostics)) {
            has_lost_table = true;
        }
    }
    ModelTables tables = reader.finish();
    tables.has_lost_table = has_lost_table;
    return tables;
}

}  // namespace onnxhub
