// SPDX-License-Identifier: Apache-2.0
// Texts of a repository and of requests.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/glob.h"
#include "hosting/server/conditional_request.h"
#include "hosting/server/request_head.h"
#include "http/address_policy.h"
#include "http/url.h"
#include "manifest/diagnostic.h"
#include "manifest/hub_path.h"
#include "repository/git_attributes.h"
#include "repository/lfs_pointer.h"
#include "sources/markdown_table.h"
#include "sources/readme_table.h"
#include "tests/fuzz/targets.h"
#include "tests/support/memory_tree.h"

namespace onnxhub::test {
namespace {

/// Cuts `text` at its first line break: the part before it, and the rest.
std::pair<std::string_view, std::string_view> split_line(std::string_view text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    return {text.substr(0, end), text.substr(std::min(end + 1, text.size()))};
}

}  // namespace

void fuzz_pointer(std::string_view input) {
    const LfsPointerResult result = parse_lfs_pointer(input);
    if (const auto* malformed = std::get_if<MalformedPointer>(&result)) {
        require(!malformed->reason.empty(), "a malformed pointer has a reason");
    }
    const auto* pointer = std::get_if<LfsPointer>(&result);
    if (!pointer || !pointer->is_canonical || pointer->has_extensions) return;
    require(lfs_pointer_text(pointer->oid, pointer->size_bytes) == input,
            "a canonical pointer is what git-lfs would write");
}

/// Every text and link in the tables.
std::string contents_of(const std::vector<MarkdownTable>& tables) {
    std::string all;
    for (const MarkdownTable& table : tables) {
        for (const MarkdownRow& row : table.rows) {
            all += std::to_string(row.line) + ":";
            for (const MarkdownCell& cell : row.cells) {
                all += "|" + cell.text;
                for (const std::string& link : cell.links) all += "(" + link + ")";
                for (const std::string& text : cell.link_texts) all += "[" + text + "]";
            }
        }
    }
    return all;
}

void fuzz_markdown(std::string_view input) {
    Diagnostics ignored;
    require(contents_of(parse_markdown_tables(input, "README.md", ignored)) ==
                contents_of(parse_markdown_tables(input, "README.md", ignored, ParsedRows::all)),
            "simple rows are what the parser makes of them");
    Diagnostics diagnostics;
    int last_line = 0;
    const auto lines = most_lines(input);
    for (const MarkdownTable& table : parse_markdown_tables(input, "README.md", diagnostics)) {
        require(table.line > last_line, "tables come in the order of the document");
        last_line = table.line;
        for (const MarkdownRow& row : table.rows) {
            require(row.cells.size() == table.header.size(), "rows are as wide as their header");
            require(row.line > last_line && row.line <= lines, "a row has its own line");
            last_line = row.line;
        }
    }
    const ModelTables tables = parse_model_tables(input, "a/README.md", diagnostics);
    for (const ModelRow& model : tables.models) {
        require(model.line > 0 && model.line <= lines, "a model has a line of the document");
        require(!model.name.empty(), "a model has a name");
        require(std::holds_alternative<std::string>(check_hub_path(model.model_path)),
                "a model's path is clean");
    }
    for (const BrokenRow& row : tables.broken) {
        require(row.line > 0 && row.line <= lines, "a broken row has a line of the document");
        require(diagnostics.has_errors(), "a broken row is reported");
    }
    for (const ModelFolder& folder : parse_model_folders(input, "README.md", diagnostics).folders) {
        require(
            folder.path.empty() || std::holds_alternative<std::string>(check_hub_path(folder.path)),
            "a folder's path is clean");
    }
}

/// What is allowed by its text, libcurl reads in the same way.
void fuzz_url(std::string_view input) {
    const auto parsed = parse_web_origin(input);
    if (const auto* problem = std::get_if<std::string>(&parsed)) {
        require(!problem->empty() && problem->find('\n') == std::string::npos,
                "the problem is one line");
        require(AddressPolicy().refusal(input).has_value(), "an invalid URL is refused");
        return;
    }
    const auto& origin = std::get<WebOrigin>(parsed);
    const std::string host = host_of(std::string(input));
    const bool is_ipv6 = origin.address && !origin.address->is_ipv4;
    if (is_ipv6) {
        require(host.starts_with('['), "libcurl reads an IPv6 address too");
        require(parse_ip_address(host.substr(1, host.size() - 2)) == origin.address,
                "libcurl reads the same IPv6 address");
    } else {
        require(host == origin.host, "libcurl reads the same host");
    }
    if (AddressPolicy().refusal(input)) return;
    require(origin.is_https, "only https is allowed");
    require(!origin.address || !special_use(*origin.address), "only public addresses are allowed");
    require(origin.host.find_first_of("@%\\ ") == std::string::npos, "hosts are plain");
}

/// The first line is the base, the rest the path.
void fuzz_path(std::string_view input) {
    const auto [base, path] = split_line(input);
    const auto clean_base = clean_hub_path("", base);
    if (!std::holds_alternative<std::string>(clean_base)) return;
    const auto result = clean_hub_path(std::get<std::string>(clean_base), path);
    const auto* clean = std::get_if<std::string>(&result);
    if (!clean) return;
    require(clean->find("//") == std::string::npos && !clean->starts_with('/'),
            "a clean path is relative");
    std::string_view rest = *clean;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view segment = rest.substr(0, end);
        require(!segment.empty() && segment != "." && segment != "..", "segments are plain names");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!clean->empty()) {
        require(std::holds_alternative<std::string>(check_hub_path(*clean)),
                "a cleaned path is clean");
        const std::string folder(parent_folder(*clean));
        const std::string joined = folder.empty() ? std::string(file_name(*clean))
                                                  : folder + '/' + std::string(file_name(*clean));
        require(joined == *clean, "a path is its folder and its file name");
    }
}

/// The first line is the pattern, the rest the path.
void fuzz_glob(std::string_view input) {
    const auto [pattern, path] = split_line(input);
    const bool matches = glob_matches(pattern, path);
    const bool has_outer_slash = pattern.starts_with('/') || pattern.ends_with('/');
    // No file has an empty path, which "**" matches in one of the two functions alone.
    const bool is_usual = !pattern.empty() && !has_outer_slash && !path.empty();
    if (is_usual && glob_matches_exactly(pattern, path)) {
        require(matches, "what matches exactly matches");
    }
    // Escapes are undone within a hub's paths alone: no empty segments, no backslashes.
    if (!std::holds_alternative<std::string>(check_hub_path(path))) return;
    std::string escaped;
    for (const char c : path) {
        if (std::string_view("*?[]!\\").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    require(glob_matches_exactly(escaped, path), "an escaped path matches itself");
    require(glob_matches("**/" + std::string(file_name(escaped)), path),
            "\"**/\" spans all folders");
    require(glob_matches("*", path), "a star matches any file name");
}

/// The first line is a path. The rest is the top folder's .gitattributes file and, behind a NUL
/// byte, that of the path's folder.
void fuzz_attributes(std::string_view input) {
    const auto [path, text] = split_line(input);
    const std::size_t nul = std::min(text.find('\0'), text.size());
    MemoryTree tree;
    tree.add(".gitattributes", std::string(text.substr(0, nul)));
    const std::string folder(parent_folder(path));
    if (nul < text.size() && !folder.empty()) {
        tree.add(folder + "/.gitattributes", std::string(text.substr(nul + 1)));
    }
    Diagnostics diagnostics;
    const GitAttributes attributes = GitAttributes::read(tree, tree.list(), diagnostics);
    const LfsFilter filter = attributes.filter_of(std::string(path));
    require(attributes.uses_lfs() || filter != LfsFilter::lfs,
            "no file is in LFS where no line names it");
    require(attributes.filter_of(std::string(path)) == filter, "asking twice gives one answer");
}

/// A request line, then header lines.
void fuzz_request(std::string_view input) {
    RequestHead head;
    auto [line, rest] = split_line(input);
    const std::size_t space = std::min(line.find(' '), line.size());
    head.method = line.substr(0, space);
    head.target = line.substr(std::min(space + 1, line.size()));
    head.version = "HTTP/1.1";
    while (!rest.empty()) {
        const auto [field, more] = split_line(rest);
        const std::size_t colon = std::min(field.find(':'), field.size());
        head.fields.emplace_back(field.substr(0, colon),
                                 field.substr(std::min(colon + 1, field.size())));
        rest = more;
    }
    is_laid_out_as_sent(head, input.size());
    if (const auto flaw = flaw_of(head)) {
        require(flaw->status == 400 || flaw->status == 413, "a flaw is the client's");
        require(!flaw->reason.empty() && flaw->reason.find('\n') == std::string::npos,
                "the reason is one line");
        return;
    }
    require(!head.method.empty() && head.method.find_first_of(" \t\r\n") == line.npos,
            "a method is one word");
    require(!head.target.empty() && head.target.find_first_of(" \t\r\n") == line.npos,
            "a target has no blanks");
    int hosts = 0;
    for (const auto& [name, value] : head.fields) {
        require(!name.empty() && name.find_first_of(" \t\r\n:") == name.npos,
                "a header's name is one word");
        require(value.find_first_of(std::string_view("\0\r\n", 3)) == value.npos,
                "a header's value is one line");
        hosts += name.size() == 4 && (name[0] | 32) == 'h' && (name[1] | 32) == 'o' &&
                 (name[2] | 32) == 's' && (name[3] | 32) == 't';
    }
    require(hosts == 1, "there is one Host");
}

/// The file's size in the first byte, then the fields line by line.
void fuzz_range(std::string_view input) {
    FileIdentity file{"\"a\"", 1'700'000'000, 0};
    if (!input.empty()) file.size_bytes = static_cast<unsigned char>(input.front());
    input.remove_prefix(std::min<std::size_t>(1, input.size()));
    ConditionalHeaders headers;
    std::optional<std::string>* fields[] = {
        &headers.range,         &headers.if_range,          &headers.if_match,
        &headers.if_none_match, &headers.if_modified_since, &headers.if_unmodified_since};
    for (auto* field : fields) {
        const auto [line, rest] = split_line(input);
        if (!line.empty()) *field = std::string(line);
        input = rest;
    }
    const ReplyPlan plan = plan_reply(headers, file);
    const std::set<int> statuses = {200, 206, 304, 412, 416};
    require(statuses.contains(plan.status), "the status is one of five");
    require(plan.ranges.empty() == (plan.status != 206), "a 206 and nothing else has ranges");
    for (const ByteRange& range : plan.ranges) {
        require(range.first <= range.last && range.last < file.size_bytes,
                "ranges lie inside the file");
    }
    if (!headers.range) require(plan.status != 206, "no part is sent that was not asked for");
    if (!headers.if_modified_since) return;
    accepts_coding(*headers.if_modified_since, "gzip");
    if (const auto time = parse_http_date(*headers.if_modified_since)) {
        require(parse_http_date(http_date(*time)) == time, "a date that was written can be read");
    }
}

}  // namespace onnxhub::test
