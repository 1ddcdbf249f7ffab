// SPDX-License-Identifier: Apache-2.0
// Texts of a repository and of requests.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/glob.h"
#include "generator/markdown_table.h"
#include "hosting/server/conditional_request.h"
#include "hosting/server/request_head.h"
#include "manifest/diagnostic.h"
#include "manifest/hub_path.h"
#include "repository/git_attributes.h"
#include "repository/lfs_pointer.h"
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
    require(lfs_pointer_text(pointer->oid, pointer->size_bytes) == input || input.empty(),
            "a canonical pointer is what git-lfs would write");
}

void fuzz_markdown(std::string_view input) {
    Diagnostics diagnostics;
    int last_line = 0;
    const auto lines = std::count(input.begin(), input.end(), '\n') + 1;
    for (const MarkdownTable& table : parse_markdown_tables(input, "README.md", diagnostics)) {
        require(table.line > last_line, "tables come in the order of the document");
        last_line = table.line;
        for (const MarkdownRow& row : table.rows) {
            require(row.cells.size() == table.header.size(), "rows are as wide as their header");
            require(row.line > last_line && row.line <= lines, "a row has its own line");
            last_line = row.line;
        }
    }
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
    }
}

/// The first line is the pattern, the rest the path.
void fuzz_glob(std::string_view input) {
    const auto [pattern, path] = split_line(input);
    glob_matches(pattern, path);
    const bool is_plain = pattern.find_first_of("*?[]\\!/") == std::string_view::npos;
    if (is_plain && !pattern.empty()) {
        require(glob_matches_exactly(pattern, pattern), "a plain name matches itself");
    }
}

/// The first line is a path, the rest a .gitattributes file.
void fuzz_attributes(std::string_view input) {
    const auto [path, text] = split_line(input);
    MemoryTree tree;
    tree.add(".gitattributes", std::string(text));
    Diagnostics diagnostics;
    const GitAttributes attributes = GitAttributes::read(tree, {".gitattributes"}, diagnostics);
    const LfsFilter filter = attributes.filter_of(std::string(path));
    require(attributes.uses_lfs() || filter != LfsFilter::lfs,
            "no file is in LFS where no line names it");
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
    if (const auto flaw = flaw_of(head)) {
        require(flaw->status >= 400 && flaw->status < 500, "a flaw is the client's");
    }
    is_laid_out_as_sent(head, input.size());
}

/// The file's size modulo 1,000 in the first byte, then the fields line by line.
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
}

}  // namespace onnxhub::test
