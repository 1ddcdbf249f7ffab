// SPDX-License-Identifier: Apache-2.0
// Paths of values in YAML, JSON and TOML documents: "onnx_model_information.opset".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

inline constexpr std::size_t document_path_limit = 32;  // segments

/// A key of a mapping or the index of a list, or a wildcard.
struct PathSegment {
    enum class Kind {
        key,
        any,        ///< "*": every value of the mapping or list
        any_depth,  ///< "**": the value itself and every value inside of it
    };
    Kind kind = Kind::key;
    std::string key;

    bool operator==(const PathSegment&) const = default;
};

using DocumentPath = std::vector<PathSegment>;

/// What is wrong with a path, one clause.
struct BadDocumentPath {
    std::string message;
};

enum class Wildcards { refused, allowed };

/// Segments are separated by '.'. A segment in quotes may contain dots: `versions."1.0".file`.
/// Never empty, and with at most one "**".
std::variant<DocumentPath, BadDocumentPath> parse_document_path(std::string_view text,
                                                                Wildcards wildcards);

}  // namespace onnxhub
