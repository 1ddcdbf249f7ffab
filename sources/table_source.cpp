// SPDX-License-Identifier: Apache-2.0
// SourceKind::tables: rows of Markdown and HTML tables whose columns the settings name.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ascii.h"
#include "base/parallel.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "repository/link_target.h"
#include "sources/html_table.h"
#include "sources/model_templates.h"
#include "sources/readme_content.h"
#include "sources/row_list.h"
#include "sources/row_settings.h"
#include "sources/source_documents.h"
#include "sources/source_reader.h"
#include "sources/source_url.h"
#include "sources/text_file.h"

namespace onnxhub {
namespace {

/// As for the official tables.
constexpr std::uint64_t table_readme_limit = std::uint64_t{64} << 20;  // bytes

constexpr std::string_view model_column = "model";

using ColumnNames = std::map<std::string, std::vector<std::string>>;

/// The positions of a table's columns.
struct TableColumns {
    std::size_t model = 0;
    std::map<Fact, std::size_t> facts;
};

std::optional<std::size_t> column_of(const MarkdownTable& table,
                                     const std::vector<std::string>& headers) {
    for (const std::string& header : headers) {
        const auto found = std::ranges::find_if(table.header, [&](const MarkdownCell& cell) {
            return equals_ignoring_case(trimmed(cell.text), trimmed(header));
        });
        if (found != table.header.end()) {
            return static_cast<std::size_t>(found - table.header.begin());
        }
    }
    return std::nullopt;
}

/// nullopt when the table has no column with models.
std::optional<TableColumns> columns_of(const MarkdownTable& table, const ColumnNames& names) {
    const auto model = column_of(table, names.at(std::string(model_column)));
    if (!model) return std::nullopt;
    TableColumns columns{*model, {}};
    for (const auto& [name, headers] : names) {
        const auto fact = parse_fact(name);
        const auto column = fact ? column_of(table, headers) : std::nullopt;
        if (column) columns.facts.emplace(*fact, *column);
    }
    return columns;
}

RowCells cells_of(const TableColumns& columns) {
    const auto cell = [&](Fact fact) {
        const auto column = columns.facts.find(fact);
        return column == columns.facts.end() ? std::uint16_t{0} : cell_number(column->second);
    };
    return {.name = cell(Fact::name),
            .path = cell_number(columns.model),
            .archive = cell(Fact::test_data),
            .onnx_version = cell(Fact::onnx_version),
            .opset = cell(Fact::opset)};
}

/// Whether people write this for a value that they do not have.
bool is_no_value(std::string_view text) {
    return text.empty() || text == "-" || text == "–" || text == "—" ||
           equals_ignoring_case(text, "n/a");
}

std::vector<std::string> tags_of(std::string_view text) {
    std::vector<std::string> tags;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view tag = trimmed(text.substr(0, comma));
        if (!is_no_value(tag)) tags.emplace_back(tag);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return tags;
}

/// Reads the tables of one README.
class TableReader {
public:
    TableReader(const SourceRequest& request, const ModelTemplates& templates,
                const std::string& readme)
        : request_(request),
          templates_(templates),
          readme_(readme),
          folder_(parent_folder(readme)) {}

    SourceResult read() {
        auto text = read_text_file(request_.tree, readme_, table_readme_limit);
        if (auto* unusable = std::get_if<UnusableText>(&text)) {
            lose(std::move(unusable->message), std::move(unusable->hint));
            return std::move(result_);
        }
        const std::string& markdown = std::get<std::string>(text);
        auto tables = read_readme_tables(markdown, readme_, result_.diagnostics);
        if (!tables) {
            result_.lost_files.push_back(readme_);
            return std::move(result_);
        }
        auto html = parse_html_tables(markdown, readme_, result_.diagnostics);
        std::move(html.begin(), html.end(), std::back_inserter(*tables));
        std::ranges::stable_sort(*tables, {}, &MarkdownTable::line);
        for (const MarkdownTable& table : *tables) {
            if (const auto columns = columns_of(table, request_.source.columns))
                read_table(table, *columns);
        }
        return std::move(result_);
    }

private:
    /// A model that a link names.
    struct LinkedModel {
        std::string path;
        std::optional<std::string> url;
        std::string link_text;
    };

    /// A link to something else than a model.
    struct OtherLink {
        std::string link;
        bool is_archive = false;  ///< on another site
    };

    void lose(std::string message, std::string hint) {
        result_.diagnostics.report({Severity::error, rule_id::source_unreadable, readme_, 0,
                                    std::move(message), std::move(hint)});
        result_.lost_files.push_back(readme_);
    }

    void report(Severity severity, const char* rule, const MarkdownRow& row, std::string message,
                std::string hint) {
        result_.diagnostics.report(
            {severity, rule, readme_, row.line, std::move(message), std::move(hint), model_cell_});
    }

    void read_table(const MarkdownTable& table, const TableColumns& columns) {
        is_html_ = table.is_html;
        model_cell_ = number_of(columns.model);
        for (const MarkdownRow& row : table.rows) {
            const std::vector<LinkedModel> models = models_of(row, row.cells[columns.model]);
            if (models.empty()) continue;
            const DescribedModel facts = facts_of(row, columns);
            for (const LinkedModel& linked : models) add(facts, linked);
        }
    }

    void add(DescribedModel model, const LinkedModel& linked) {
        model.model_path = linked.path;
        if (linked.url) model.urls = {*linked.url};
        std::vector<std::string> stated_tags = std::exchange(model.tags, {});
        templates_.apply({{"link", linked.link_text}}, model, result_.diagnostics);
        model.tags.insert(model.tags.begin(), stated_tags.begin(), stated_tags.end());
        result_.models.push_back(std::move(model));
    }

    /// The models that the links of a cell name, each path once.
    std::vector<LinkedModel> models_of(const MarkdownRow& row, const MarkdownCell& cell) {
        std::vector<LinkedModel> models;
        std::set<std::string> paths;
        std::vector<OtherLink> others;
        const std::size_t reported = result_.diagnostics.all().size();
        for (std::size_t i = 0; i < cell.links.size(); ++i) {
            auto model = model_of_link(row, cell.links[i], others);
            if (!model || !paths.insert(model->path).second) continue;
            model->link_text = cell.link_texts[i];
            models.push_back(std::move(*model));
        }
        const bool is_reported = result_.diagnostics.all().size() > reported;
        if (models.empty() && !is_reported && !(cell.links.empty() && is_no_value(cell.text))) {
            report_row_without_model(row, others);
        }
        return models;
    }

    void report_row_without_model(const MarkdownRow& row, const std::vector<OtherLink>& others) {
        const auto archive = std::ranges::find_if(others, &OtherLink::is_archive);
        if (archive != others.end()) {
            report(Severity::warning, rule_id::source_url_other_format, row,
                   fmt::format("the URL \"{}\" names an archive, which is not supported",
                               archive->link),
                   "use the URL of the .onnx file");
        } else if (others.empty()) {
            report(Severity::note, rule_id::table_row_without_model, row,
                   "this row has no link to a model", "");
        } else {
            report(Severity::note, rule_id::table_row_without_model, row,
                   fmt::format("\"{}\" is not a link to a model", others.front().link), "");
        }
    }

    /// A link that leads to no model is reported, or goes to `others`.
    std::optional<LinkedModel> model_of_link(const MarkdownRow& row, const std::string& link,
                                             std::vector<OtherLink>& others) {
        const LinkTarget target = resolve_link(folder_, link, request_.settings.repository);
        if (const auto* path = std::get_if<std::string>(&target)) {
            if (path->ends_with(model_suffix)) return LinkedModel{*path, {}, {}};
            return model_in_folder(row, *path, link, others);
        }
        if (const auto* unsafe = std::get_if<UnsafePath>(&target)) {
            report(Severity::error, rule_id::row_unsafe_path, row,
                   fmt::format("link \"{}\" can't be used: its path {}", link, unsafe->reason),
                   "link to a file of this repository by its relative path");
            result_.broken.push_back({readme_, row.line, "", ""});
            return std::nullopt;
        }
        return model_elsewhere(row, link, others);
    }

    std::optional<LinkedModel> model_elsewhere(const MarkdownRow& row, const std::string& link,
                                               std::vector<OtherLink>& others) {
        auto parsed = parse_source_url(link);
        if (auto* url = std::get_if<SourceUrl>(&parsed)) {
            return LinkedModel{below(folder_, url->file_name), std::move(url->url), {}};
        }
        const auto& unusable = std::get<UnusableUrl>(parsed);
        if (unusable.is_other_format || !link.ends_with(model_suffix)) {
            others.push_back({link, unusable.is_archive});
            return std::nullopt;
        }
        report(Severity::error, rule_id::source_url_unusable, row,
               fmt::format("the URL \"{}\" {}", link, unusable.message), unusable.hint);
        result_.broken.push_back({readme_, row.line, "", ""});
        return std::nullopt;
    }

    /// A link to a folder means its only model.
    std::optional<LinkedModel> model_in_folder(const MarkdownRow& row, const std::string& folder,
                                               const std::string& link,
                                               std::vector<OtherLink>& others) {
        const std::string prefix = folder.empty() ? "" : folder + "/";
        const auto first = std::ranges::lower_bound(request_.models, prefix);
        const auto is_inside = [&](auto model) {
            return model != request_.models.end() && model->starts_with(prefix);
        };
        if (is_inside(first) && is_inside(std::next(first))) {
            report(Severity::error, rule_id::row_no_link, row,
                   fmt::format("the directory \"{}\" has several models, such as {} and {}", link,
                               *first, *std::next(first)),
                   "link to one of them");
            return std::nullopt;
        }
        if (is_inside(first)) return LinkedModel{*first, {}, {}};
        others.push_back({link});
        return std::nullopt;
    }

    DescribedModel facts_of(const MarkdownRow& row, const TableColumns& columns) {
        DescribedModel model;
        model.source_file = readme_;
        model.line = row.line;
        if (!is_html_) model.cells = cells_of(columns);
        for (const auto& [fact, column] : columns.facts) {
            const MarkdownCell& cell = row.cells[column];
            if (fact == Fact::test_data) {
                add_test_data(row, column, model);
            } else if (fact == Fact::tags) {
                model.tags = tags_of(cell.text);
            } else if (!is_no_value(cell.text)) {
                model.facts.emplace(fact, StatedValue{cell.text, row.line, number_of(column)});
            }
        }
        return model;
    }

    void add_test_data(const MarkdownRow& row, std::size_t column, DescribedModel& model) {
        const MarkdownCell& cell = row.cells[column];
        if (cell.links.empty()) return;
        const LinkTarget target =
            resolve_link(folder_, cell.links.front(), request_.settings.repository);
        if (const auto* path = std::get_if<std::string>(&target)) {
            model.facts.emplace(Fact::test_data, StatedValue{*path, row.line, number_of(column)});
        }
    }

    int number_of(std::size_t column) const { return is_html_ ? 0 : cell_number(column); }

    static std::string below(std::string_view folder, const std::string& name) {
        return folder.empty() ? name : std::string(folder) + "/" + name;
    }

    const SourceRequest& request_;
    const ModelTemplates& templates_;
    const std::string& readme_;
    std::string_view folder_;
    bool is_html_ = false;  ///< the table that is read
    int model_cell_ = 0;    ///< its cell with links to models
    SourceResult result_;
};

/// The root README and those of the folders that its tables link to.
std::vector<std::string> linked_readmes(const SourceRequest& request) {
    const std::string root(readme_file_name);
    std::set<std::string> readmes;
    if (!std::ranges::binary_search(request.files, root)) return {};
    readmes.insert(root);
    const auto text = read_text_file(request.tree, root, table_readme_limit);
    if (!std::holds_alternative<std::string>(text)) return {root};
    const auto& markdown = std::get<std::string>(text);
    Diagnostics reported_later;
    auto tables = parse_markdown_tables(markdown, root, reported_later);
    auto html = parse_html_tables(markdown, root, reported_later);
    std::move(html.begin(), html.end(), std::back_inserter(tables));
    const auto add = [&](const std::string& link) {
        const LinkTarget target = resolve_link("", link, request.settings.repository);
        const auto* path = std::get_if<std::string>(&target);
        if (!path) return;
        std::string readme = file_name(*path) == root ? *path : *path + "/" + root;
        if (std::ranges::binary_search(request.files, readme)) readmes.insert(std::move(readme));
    };
    for (const MarkdownTable& table : tables) {
        for (const MarkdownRow& row : table.rows) {
            for (const MarkdownCell& cell : row.cells) std::ranges::for_each(cell.links, add);
        }
    }
    return {readmes.begin(), readmes.end()};
}

}  // namespace

SourceResult read_table_source(const SourceRequest& request) {
    SourceResult result;
    const std::vector<std::string> readmes = request.source.paths.empty()
                                                 ? linked_readmes(request)
                                                 : files_of_source(request, result.diagnostics);
    const ModelTemplates templates(request.source, {});
    std::vector<SourceResult> parts(readmes.size());
    for_each_index(parts.size(), request.jobs, [&](std::size_t i) {
        parts[i] = TableReader(request, templates, readmes[i]).read();
    });
    for (SourceResult& part : parts) append(std::move(part), result);
    return result;
}

}  // namespace onnxhub
