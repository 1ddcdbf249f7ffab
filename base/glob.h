// SPDX-License-Identifier: Apache-2.0
// Patterns for paths in a hub, as in .gitignore: "vision/**/age_*.onnx".
#pragma once

#include <memory>
#include <string_view>

namespace onnxhub {

/// Whether `pattern` matches the whole of `path`. "*" and "?" stay within a segment, "**" as a
/// whole segment matches any number of segments, "[a-z]" and "[!a-z]" are classes, "\" escapes the
/// next character. A pattern without '/' is matched against the file name in any folder. A pattern
/// that matches a folder above `path` also matches `path`. The time is bounded by the product of
/// both lengths.
bool glob_matches(std::string_view pattern, std::string_view path);

/// Whether `pattern` matches the whole of `path` and not only a folder above it. A pattern without
/// '/' must match the whole path too.
bool glob_matches_exactly(std::string_view pattern, std::string_view path);

/// A pattern for many paths: it is parsed once. Thread-safe.
class Glob {
public:
    enum class Extent {
        usual,  ///< as glob_matches()
        exact,  ///< as glob_matches_exactly()
    };

    explicit Glob(std::string_view pattern, Extent extent = Extent::usual);

    bool matches(std::string_view path) const;

private:
    struct Parsed;
    std::shared_ptr<const Parsed> parsed_;
};

}  // namespace onnxhub
