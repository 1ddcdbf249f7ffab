// SPDX-License-Identifier: Apache-2.0
#include "generator/readme_table.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include "generator/markdown_table.h"
#include "generator/spelling.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::string_view model_class_column = "model class";
constexpr std::string_view model_column = "model";
constexpr std::string_view download_column = "download";
constexpr std::string_view archive_column = "download (with sample test data)";
constexpr std::string_view onnx_version_column = "onnx version";
constexpr std::string_view opset_column = "opset version";

constexpr std::int64_t opset_limit = 1'000'000;  // no domain's opset will ever come near

constexpr const char* relative_link_hint =
    "use a link relative to the folder, such as "
    "[44.7 MB](model/name.onnx)";

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string column_name(const MarkdownCell& header) {
    std::string name = header.text;  // trimmed, with single spaces
    std::transform(name.begin(), name.end(), name.begin(), lower);
    return name;
}

std::optional<std::size_t> find_column(const MarkdownTable& table, std::string_view name) {
    for (std::size_t i = 0; i < table.header.size(); ++i) {
        if (column_name(table.header[i]) == name) return i;
    }
    return std::nullopt;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// "%20" and the like; an incomplete escape stays as it is.
std::string percent_decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) {
            result += text[i];
            continue;
        }
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

bool is_absolute_url(std::string_view link) {
    if (link.starts_with("//")) return true;
    const std::size_t colon = link.find(':');
    // One letter is a Windows drive.
    if (colon == link.npos || colon < 2) return false;
    return std::isalpha(static_cast<unsigned char>(link[0])) &&
           std::all_of(
               link.begin(), link.begin() + static_cast<std::ptrdiff_t>(colon),
               [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

struct LinkProblem {
    std::string rule;
    std::string message;
    std::string hint;
};

/// The path a link in a README of `folder` leads to, from the hub's root. A leading '/' means the
/// root, as on GitHub.
std::variant<std::string, LinkProblem> link_path(std::string_view folder, std::string_view link) {
    if (is_absolute_url(link)) {
        return LinkProblem{"row-absolute-url",
                           "the link " + std::string(link) + " is an absolute URL",
                           relative_link_hint};
    }
    std::string path = percent_decode(link.substr(0, link.find_first_of("#?")));
    const bool from_root = path.starts_with('/');
    if (from_root) path.erase(0, 1);
    auto clean = clean_hub_path(from_root ? "" : folder, path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        return LinkProblem{"row-unsafe-path",
                           "the link " + std::string(link) + " " + unsafe->reason,
                           relative_link_hint};
    }
    return std::get<std::string>(std::move(clean));
}

std::vector<std::string> tags_of(std::string_view folder, std::string_view link) {
    std::vector<std::string> tags;
    while (!folder.empty()) {
        const std::size_t slash = std::min(folder.find('/'), folder.size());
        std::string tag(folder.substr(0, slash));
        std::replace(tag.begin(), tag.end(), '_', ' ');
        tags.push_back(std::move(tag));
        folder.remove_prefix(std::min(slash + 1, folder.size()));
    }
    while (!link.empty()) {
        const std::size_t slash = std::min(link.find('/'), link.size());
        if (link.substr(0, slash) == "preproc") {
            tags.emplace_back("preprocessing");
            break;
        }
        link.remove_prefix(std::min(slash + 1, link.size()));
    }
    return tags;
}

/// Where the columns of a model table stand; a table without all of them is prose.
struct Columns {
    std::size_t model, download, onnx_version, opset;
    std::optional<std::size_t> archive;
};

/// Reads the models of one README.
class ModelTableReader {
public:
    ModelTableReader(const std::string& readme_path, Diagnostics& diagnostics)
        : readme_path_(readme_path),
          folder_(parent_folder(readme_path)),
          diagnostics_(diagnostics) {}

    void read(const MarkdownTable& table) {
        const auto columns = find_columns(table);
        if (!columns) return;
        for (const MarkdownRow& row : table.rows) read_row(row, *columns);
    }

    std::vector<ReadmeModel> models;

private:
    void report(int line, Severity severity, std::string rule, std::string message,
                std::string hint) {
        diagnostics_.report(
            {severity, std::move(rule), readme_path_, line, std::move(message), std::move(hint)});
    }

    std::optional<Columns> find_columns(const MarkdownTable& table) {
        const auto model = find_column(table, model_column);
        const auto download = find_column(table, download_column);
        const auto onnx_version = find_column(table, onnx_version_column);
        const auto opset = find_column(table, opset_column);
        if (model && download && onnx_version && opset) {
            return Columns{*model, *download, *onnx_version, *opset,
                           find_column(table, archive_column)};
        }
        report_near_misses(table);
        return std::nullopt;
    }

    /// A table that would be one of models but for a misspelled column loses all its rows.
    void report_near_misses(const MarkdownTable& table) {
        static constexpr std::string_view needed[] = {model_column, download_column,
                                                      onnx_version_column, opset_column};
        std::size_t found = 0;
        std::vector<std::pair<std::string, std::string_view>> near;
        for (const std::string_view name : needed) {
            if (find_column(table, name)) {
                ++found;
                continue;
            }
            for (const MarkdownCell& header : table.header) {
                if (is_misspelling(column_name(header), name)) near.emplace_back(header.text, name);
            }
        }
        if (found + near.size() < std::size(needed)) return;
        for (const auto& [written, meant] : near) {
            report(table.line, Severity::warning, "column-misspelled",
                   "the column \"" + written + "\" looks like \"" + std::string(meant) +
                       "\", so this table is not read",
                   "correct the column's name");
        }
    }

    void read_row(const MarkdownRow& row, const Columns& columns) {
        const MarkdownCell& name = row.cells[columns.model];
        const MarkdownCell& download = row.cells[columns.download];
        if (name.text.empty() && download.text.empty() && download.links.empty()) return;
        ReadmeModel model;
        model.readme_path = readme_path_;
        model.line = row.line;
        model.name = name_of(name, row.line);
        model.onnx_version = row.cells[columns.onnx_version].text;
        if (!check_name(model) || !set_model_path(model, download) ||
            !set_opset(model, row.cells[columns.opset].text) ||
            (columns.archive && !set_archive(model, row.cells[*columns.archive]))) {
            return;
        }
        model.tags = tags_of(folder_, download.links.front());
        add(std::move(model));
    }

    /// The cell's text. A cell that is a link gives the link's HTML, as the official generator writes
    /// it: manifests of both agree, and the warning says how to get a name people can type.
    std::string name_of(const MarkdownCell& cell, int line) {
        if (cell.links.empty() || cell.text.empty()) return cell.text;
        report(line, Severity::warning, "model-name-is-link",
               cell.text + ": the Model cell is a link, so the model's name is HTML",
               "move the link to another column, clients find a model by its plain name");
        return "<a href=\"" + cell.links.front() + "\">" + cell.text + "</a>";
    }

    bool check_name(const ReadmeModel& model) {
        if (model.name.empty()) {
            report(model.line, Severity::error, "row-no-name", "the Model cell is empty",
                   "name the model");
            return false;
        }
        if (model.onnx_version.empty()) {
            report(model.line, Severity::error, "row-no-onnx-version",
                   model.name + ": the ONNX version cell is empty",
                   "state the ONNX release it was made with, such as 1.9");
            return false;
        }
        return true;
    }

    bool set_model_path(ReadmeModel& model, const MarkdownCell& download) {
        if (download.links.empty()) {
            report(model.line, Severity::error, "row-no-link",
                   model.name + ": the Download cell has no link", relative_link_hint);
            return false;
        }
        auto path = link_path(folder_, download.links.front());
        if (!take_path(model, path)) return false;
        model.model_path = std::get<std::string>(std::move(path));
        if (model.model_path.empty()) {
            report(model.line, Severity::error, "row-no-link",
                   model.name + ": the Download cell's link leads to no file", relative_link_hint);
            return false;
        }
        return true;
    }

    bool take_path(const ReadmeModel& model, const std::variant<std::string, LinkProblem>& path) {
        const auto* problem = std::get_if<LinkProblem>(&path);
        if (!problem) return true;
        report(model.line, Severity::error, problem->rule, model.name + ": " + problem->message,
               problem->hint);
        return false;
    }

    bool set_opset(ReadmeModel& model, const std::string& text) {
        std::int64_t opset = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, opset);
        if (text.empty() || error != std::errc() || stop != end || opset < 1 ||
            opset > opset_limit) {
            report(model.line, Severity::error, "row-bad-opset",
                   model.name + ": the opset version \"" + text + "\" is not a whole number",
                   "state the default-domain opset, such as 13");
            return false;
        }
        model.opset_version = opset;
        return true;
    }

    /// A cell without a link is normal: not every model has test data.
    bool set_archive(ReadmeModel& model, const MarkdownCell& cell) {
        if (cell.links.empty()) return true;
        auto path = link_path(folder_, cell.links.front());
        if (!take_path(model, path)) return false;
        model.archive_path = std::get<std::string>(std::move(path));
        if (model.archive_path->empty()) model.archive_path.reset();
        return true;
    }

    void add(ReadmeModel model) {
        const auto key = std::tuple(model.name, model.model_path, model.archive_path,
                                    model.onnx_version, model.opset_version, model.tags);
        const auto [seen, is_new] = seen_.try_emplace(key, model.line);
        if (!is_new) {
            report(model.line, Severity::warning, "row-duplicate",
                   model.name + ": the row says the same as line " + std::to_string(seen->second),
                   "remove one of them");
            return;
        }
        models.push_back(std::move(model));
    }

    using Key = std::tuple<std::string, std::string, std::optional<std::string>, std::string,
                           std::int64_t, std::vector<std::string>>;
    const std::string& readme_path_;
    std::string folder_;
    Diagnostics& diagnostics_;
    std::map<Key, int> seen_;
};

/// The folder a link of the root README means: itself, or that of the README it names.
std::string folder_of(std::string path) {
    const std::string_view name = file_name(path);
    std::string lowered(name);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    return lowered == "readme.md" ? std::string(parent_folder(path)) : path;
}

}  // namespace

bool ReadmeModel::says_the_same(const ReadmeModel& other) const {
    const auto all = [](const ReadmeModel& model) {
        return std::tie(model.name, model.model_path, model.archive_path, model.onnx_version,
                        model.opset_version, model.tags);
    };
    return all(*this) == all(other);
}

ModelFolders parse_model_folders(std::string_view markdown, const std::string& readme_path,
                                 Diagnostics& diagnostics) {
    ModelFolders result;
    std::map<std::string, int> folders;
    for (const MarkdownTable& table : parse_markdown_tables(markdown, readme_path, diagnostics)) {
        const auto column = find_column(table, model_class_column);
        if (!column) {
            for (const MarkdownCell& header : table.header) {
                if (!is_misspelling(column_name(header), model_class_column)) continue;
                diagnostics.report({Severity::warning, "column-misspelled", readme_path, table.line,
                                    "the column \"" + header.text +
                                        "\" looks like \"Model Class\", so this table is not read",
                                    "correct the column's name"});
            }
            continue;
        }
        result.has_table = true;
        for (const MarkdownRow& row : table.rows) {
            const MarkdownCell& cell = row.cells[*column];
            if (cell.links.empty()) {
                diagnostics.report({Severity::note, "folder-no-link", readme_path, row.line,
                                    "\"" + cell.text + "\" has no link to a folder", ""});
                continue;
            }
            auto path = link_path(parent_folder(readme_path), cell.links.front());
            if (const auto* problem = std::get_if<LinkProblem>(&path)) {
                diagnostics.report({Severity::error,
                                    problem->rule == "row-absolute-url" ? "folder-absolute-url"
                                                                        : "folder-unsafe-path",
                                    readme_path, row.line, problem->message,
                                    "use a link relative to the hub's top folder"});
                continue;
            }
            folders.try_emplace(folder_of(std::get<std::string>(std::move(path))), row.line);
        }
    }
    for (const auto& [path, line] : folders) result.folders.push_back({path, line});
    return result;
}

std::vector<ReadmeModel> parse_model_tables(std::string_view markdown,
                                            const std::string& readme_path,
                                            Diagnostics& diagnostics) {
    ModelTableReader reader(readme_path, diagnostics);
    for (const MarkdownTable& table : parse_markdown_tables(markdown, readme_path, diagnostics)) {
        reader.read(table);
    }
    return std::move(reader.models);
}

}  // namespace onnxhub
