// SPDX-License-Identifier: Apache-2.0
// Settings of sources, and the documents that they name.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/user_error.h"
#include "http/web_origin.h"
#include "manifest/hub_path.h"
#include "repository/repository_url.h"
#include "sources/document_builder.h"
#include "sources/document_parser.h"
#include "sources/front_matter.h"
#include "sources/html_table.h"
#include "sources/hub_rows.h"
#include "sources/license_text.h"
#include "sources/name_template.h"
#include "sources/path_pattern.h"
#include "sources/settings.h"
#include "sources/source_url.h"
#include "tests/fuzz/targets.h"
#include "tests/support/memory_tree.h"

namespace onnxhub::test {
namespace {

std::pair<std::string_view, std::string_view> first_line_and_rest(std::string_view input) {
    const std::size_t end = input.find('\n');
    if (end == input.npos) return {input, {}};
    return {input.substr(0, end), input.substr(end + 1)};
}

/// Counts the values of a tree without following aliases.
void walk(const DocumentValue& value, std::size_t depth, int last_line, std::size_t& count) {
    ++count;
    require(depth <= document_depth_limit + 1, "nesting has a limit");
    require(value.line() >= 1 && value.line() <= last_line, "lines are in the document");
    if (value.is_alias()) return;
    for (auto child = value.first(); child; child = child->next()) {
        walk(*child, depth + 1, last_line, count);
    }
}

std::string text_at(const Document& document, const DocumentPath& path) {
    const auto value = document.root().find(path);
    if (!value) return "(none)";
    return value->is_scalar() ? "=" + std::string(value->text()) : "(tree)";
}

/// Reading only what is wanted gives the same values.
void compare_with_wanted(std::string_view text, const Document& whole) {
    const std::vector<DocumentPath> wanted{
        {{PathSegment::Kind::key, "a"}},
        {{PathSegment::Kind::key, "b"}, {PathSegment::Kind::key, "c"}}};
    const DocumentResult part = parse_document(text, DocumentFormat::yaml, &wanted);
    require(std::holds_alternative<Document>(part), "a part of a valid document is valid");
    for (const DocumentPath& path : wanted) {
        require(text_at(whole, path) == text_at(std::get<Document>(part), path),
                "wanted values do not depend on the others");
    }
}

constexpr const char* sources_of_documents = R"(
[[source]]
kind = "sidecar"
files = ["a/*"]
facts = { name = "name", opset = "a.opset", license = "license", tags = "tags", test_data = "data" }
tags = ["{name:_}", "{folder[-1]}"]
[[source]]
kind = "records"
files = ["b/*"]
facts = { url = "url", path = "path", sha256 = "sha256", bytes = "bytes" }
name = "{key}{-stem}"
)";

constexpr const char* sources_of_tables = R"(
[generate]
repository = "https://github.com/org/hub"
[[source]]
kind = "tables"
columns = { name = ["Model", "Name"], model = ["Download", "Link"], opset = ["Opset"], tags = ["Tags"], test_data = ["Data"], license = ["License"], bytes = ["Size"] }
name = "{name} {link}"
distinguish = ["{folder}"]
)";

}  // namespace

void fuzz_settings(std::string_view input) {
    Diagnostics diagnostics;
    try {
        const Settings settings = parse_settings(input, "onnxhub.toml", diagnostics);
        require(settings.sources.size() <= source_limit, "sources have a limit");
        require(settings.overrides.size() <= override_limit, "overrides have a limit");
        MemoryTree tree;
        tree.add("models/vision/net_2023mar_int8.onnx", "x").add("models/vision/net.yaml", "a: 1");
        read_hub_rows(tree, settings, 1, diagnostics);
    } catch (const UserError& error) {
        require(std::string_view(error.what()).starts_with("onnxhub.toml:"),
                "errors name the settings");
    }
}

/// The first line is the template, the rest the value of all its names.
void fuzz_template(std::string_view input) {
    static constexpr std::string_view known[] = {"stem", "folder", "x"};
    const auto [text, value] = first_line_and_rest(input);
    const auto parsed = parse_template(text, known);
    if (const auto* error = std::get_if<TemplateError>(&parsed)) {
        require(error->column >= 1 && error->column <= text.size() + 1, "columns are in the text");
        require(!error->message.empty() && !error->hint.empty(), "errors have a remedy");
        return;
    }
    const auto result =
        std::get<NameTemplate>(parsed).expand([value = value](std::string_view) { return value; });
    if (!result) return;
    require(result->size() <= template_result_limit, "results have a limit");
    require(!result->starts_with(' ') && !result->ends_with(' '), "results are trimmed");
}

/// The first line is the pattern, the rest the path.
void fuzz_pattern(std::string_view input) {
    const auto [pattern, path] = first_line_and_rest(input);
    const auto parsed = PathPattern::parse(std::string(pattern));
    if (const auto* bad = std::get_if<BadPattern>(&parsed)) {
        require(!bad->message.empty() && !bad->hint.empty(), "errors have a remedy");
        return;
    }
    const auto& compiled = std::get<PathPattern>(parsed);
    const auto groups = compiled.match(path);
    if (!groups) return;
    require(groups->size() == compiled.group_names().size(), "all groups have a value");
    for (const auto& [name, value] : *groups) {
        require(path.find(value) != path.npos, "values are parts of the path");
    }
}

/// The first byte chooses the format.
void fuzz_document(std::string_view input) {
    if (input.empty()) return;
    const auto format = static_cast<DocumentFormat>(static_cast<unsigned char>(input[0]) % 3);
    input.remove_prefix(1);
    const DocumentResult result = parse_document(input, format);
    if (const auto* error = std::get_if<DocumentError>(&result)) {
        require(error->line >= 0 && !error->message.empty() && !error->hint.empty(),
                "errors have a remedy");
        return;
    }
    const auto& document = std::get<Document>(result);
    const auto last_line = static_cast<int>(input.size()) + 1;
    std::size_t count = 0;
    walk(document.root(), 1, last_line, count);
    require(count <= document.size(), "all values are counted");
    if (format == DocumentFormat::yaml) compare_with_wanted(input, document);
}

/// A sidecar and records with the same text.
void fuzz_sidecar(std::string_view input) {
    Diagnostics diagnostics;
    const Settings settings = parse_settings(sources_of_documents, "onnxhub.toml", diagnostics);
    MemoryTree tree;
    tree.add("a/model.onnx", "x");
    tree.add("a/facts.yaml", std::string(input)).add("b/records.yaml", std::string(input));
    const HubRows hub = read_hub_rows(tree, settings, 1, diagnostics);
    for (const ModelRow& row : hub.models) {
        require(std::holds_alternative<std::string>(check_hub_path(row.model_path)),
                "paths of models are safe");
        require(!row.archive_path ||
                    std::holds_alternative<std::string>(check_hub_path(*row.archive_path)),
                "paths of archives are safe");
        require(!row.name.empty(), "models have names");
        require(row.opset_version >= 0 && row.opset_version <= 1000, "opsets have a range");
        for (const std::string& url : row.stated->urls) {
            require(url.size() > 8 && url[4] != ':', "URLs are https");
        }
    }
}

/// Markdown and HTML tables with columns that the settings name, and front matter.
void fuzz_tables(std::string_view input) {
    Diagnostics diagnostics;
    const Settings settings = parse_settings(sources_of_tables, "onnxhub.toml", diagnostics);
    const auto lines = most_lines(input);
    for (const MarkdownTable& table : parse_html_tables(input, "README.md", diagnostics)) {
        require(table.line >= 1 && table.line <= lines, "a table has a line of the document");
        for (const MarkdownRow& row : table.rows) {
            require(row.line >= table.line && row.line <= lines, "a row has a line of its table");
            require(row.cells.size() == table.header.size(), "rows are as wide as their header");
        }
    }
    MemoryTree tree;
    tree.add("a/model.onnx", "x").add("a/b/net.onnx", "x");
    tree.add("README.md", std::string(input)).add("a/README.md", std::string(input));
    const HubRows hub = read_hub_rows(tree, settings, 1, diagnostics);
    for (const ModelRow& row : hub.models) {
        require(std::holds_alternative<std::string>(check_hub_path(row.model_path)),
                "paths of models are safe");
        require(row.line >= 0 && row.line <= lines, "models have a line of the document");
        require(!row.archive_path ||
                    std::holds_alternative<std::string>(check_hub_path(*row.archive_path)),
                "paths of archives are safe");
    }
}

void fuzz_license(std::string_view input) {
    const License of_text = license_of_text(input);
    if (of_text.doubt.empty()) {
        require(license_of_name(of_text.id) == of_text, "the id of a license is its name");
    }
    if (const auto of_name = license_of_name(input)) {
        const auto again = license_of_name(of_name->id);
        require(again && again->id == of_name->id, "the id of a license is its name");
        require(of_name->id.size() <= license_name_limit, "ids have a limit");
    }
    const auto front = find_front_matter(input);
    if (!front) return;
    require(front->first_line == 2, "front matter begins in the second line");
    require(front->yaml.data() >= input.data() &&
                front->yaml.data() + front->yaml.size() <= input.data() + input.size(),
            "front matter is a part of the document");
}

/// The URL of a model, which may be a file of the hub itself.
void fuzz_source_url(std::string_view input) {
    const auto own = parse_repository_url("https://github.com/org/hub");
    if (const auto path = own_path(own, input)) {
        require(std::holds_alternative<std::string>(check_hub_path(*path)), "own paths are safe");
    }
    parse_repository_url(input);
    const auto parsed = parse_source_url(input);
    if (const auto* unusable = std::get_if<UnusableUrl>(&parsed)) {
        require(!unusable->message.empty() && !unusable->hint.empty(), "errors have a remedy");
        return;
    }
    const auto& url = std::get<SourceUrl>(parsed);
    require(url.file_name.ends_with(".onnx") && url.file_name.find('/') == std::string::npos,
            "the name is that of a file");
    require(std::holds_alternative<std::string>(check_hub_path(url.file_name)), "the name is safe");
    // What http/ cannot read is refused before a connection.
    const auto origin = parse_web_origin(url.url);
    if (const auto* known = std::get_if<WebOrigin>(&origin)) {
        require(known->is_https, "URLs are https");
    }
}

}  // namespace onnxhub::test
