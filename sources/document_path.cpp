// SPDX-License-Identifier: Apache-2.0
#include "sources/document_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace onnxhub {
namespace {

/// Takes the first segment of `rest`, up to a '.' or the end. Returns nothing when a quote is not
/// closed, or when text follows it.
std::optional<PathSegment> take_segment(std::string_view& rest) {
    PathSegment segment;
    std::size_t end = rest.find('.');
    if (rest.starts_with('"')) {
        const std::size_t quote = rest.find('"', 1);
        if (quote == rest.npos) return std::nullopt;
        segment.key = rest.substr(1, quote - 1);
        end = quote + 1;
        if (end < rest.size() && rest[end] != '.') return std::nullopt;
    } else {
        end = std::min(end, rest.size());
        segment.key = rest.substr(0, end);
        if (segment.key == "*") segment.kind = PathSegment::Kind::any;
        if (segment.key == "**") segment.kind = PathSegment::Kind::any_depth;
    }
    rest.remove_prefix(end);
    return segment;
}

bool has_any_depth(const DocumentPath& path) {
    return std::ranges::any_of(path, [](const PathSegment& segment) {
        return segment.kind == PathSegment::Kind::any_depth;
    });
}

}  // namespace

std::variant<DocumentPath, BadDocumentPath> parse_document_path(std::string_view text,
                                                                Wildcards wildcards) {
    DocumentPath path;
    while (true) {
        auto segment = take_segment(text);
        if (!segment) return BadDocumentPath{"has a quote without its partner around a key"};
        if (segment->key.empty()) return BadDocumentPath{"has an empty key"};
        if (segment->kind != PathSegment::Kind::key && wildcards == Wildcards::refused) {
            return BadDocumentPath{fmt::format("has the wildcard \"{}\"", segment->key)};
        }
        if (segment->kind == PathSegment::Kind::any_depth && has_any_depth(path)) {
            return BadDocumentPath{"has \"**\" twice"};
        }
        path.push_back(std::move(*segment));
        if (path.size() > document_path_limit) {
            return BadDocumentPath{fmt::format("has over {} keys", document_path_limit)};
        }
        if (text.empty()) return path;
        text.remove_prefix(1);
    }
}

}  // namespace onnxhub
