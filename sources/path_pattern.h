// SPDX-License-Identifier: Apache-2.0
// Regular expressions of onnxhub.toml that take paths apart: `(?P<stem>[^/]+)\.onnx`.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace onnxhub {

inline constexpr std::size_t pattern_size_limit = 1024;  // bytes
inline constexpr int pattern_program_limit = 4000;       // instructions of RE2
inline constexpr std::size_t pattern_group_limit = 32;

/// What is wrong with a pattern, and what to do about it, one clause each.
struct BadPattern {
    std::string message;
    std::string hint;
};

/// Values of the named groups. A group without a match is empty.
using PatternGroups = std::map<std::string, std::string, std::less<>>;

/// Matches in time linear in the path (RE2). Thread-safe.
class PathPattern {
public:
    /// The pattern in RE2's syntax, see https://github.com/google/re2/wiki/Syntax.
    static std::variant<PathPattern, BadPattern> parse(const std::string& pattern);

    PathPattern(PathPattern&&) noexcept;
    PathPattern& operator=(PathPattern&&) noexcept;
    ~PathPattern();

    std::vector<std::string> group_names() const;  ///< sorted

    /// The groups when the pattern matches the whole of `path`.
    std::optional<PatternGroups> match(std::string_view path) const;

private:
    struct Compiled;
    explicit PathPattern(std::unique_ptr<Compiled> compiled);

    std::unique_ptr<Compiled> compiled_;
};

}  // namespace onnxhub
