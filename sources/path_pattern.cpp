// SPDX-License-Identifier: Apache-2.0
#include "sources/path_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cstdint>
#include <utility>

namespace onnxhub {
namespace {

/// RE2 uses its own limit of 8 MiB otherwise, and a source has one pattern for each thread.
constexpr std::int64_t pattern_memory_limit = 1024 * 1024;  // bytes

RE2::Options pattern_options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory_limit);
    return options;
}

}  // namespace

struct PathPattern::Compiled {
    explicit Compiled(const std::string& pattern) : expression(pattern, pattern_options()) {}

    RE2 expression;
};

PathPattern::PathPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
PathPattern::PathPattern(PathPattern&&) noexcept = default;
PathPattern& PathPattern::operator=(PathPattern&&) noexcept = default;
PathPattern::~PathPattern() = default;

std::variant<PathPattern, BadPattern> PathPattern::parse(const std::string& pattern) {
    if (pattern.size() > pattern_size_limit) {
        return BadPattern{fmt::format("is longer than {} bytes", pattern_size_limit),
                          "write several sources with shorter patterns"};
    }
    auto compiled = std::make_unique<Compiled>(pattern);
    const RE2& expression = compiled->expression;
    if (!expression.ok()) {
        return BadPattern{fmt::format("is not a regular expression of RE2: {}", expression.error()),
                          "correct it, see https://github.com/google/re2/wiki/Syntax"};
    }
    if (expression.ProgramSize() > pattern_program_limit) {
        return BadPattern{"is too complex", "use smaller numbers of repetitions"};
    }
    if (static_cast<std::size_t>(expression.NumberOfCapturingGroups()) > pattern_group_limit) {
        return BadPattern{fmt::format("has over {} groups", pattern_group_limit),
                          "write (?:…) for groups without a name"};
    }
    if (expression.NamedCapturingGroups().size() != expression.CapturingGroupNames().size()) {
        return BadPattern{"has two groups with the same name", "rename one of them"};
    }
    return PathPattern(std::move(compiled));
}

std::vector<std::string> PathPattern::group_names() const {
    std::vector<std::string> names;
    for (const auto& [name, number] : compiled_->expression.NamedCapturingGroups()) {
        names.push_back(name);
    }
    return names;
}

std::optional<PatternGroups> PathPattern::match(std::string_view path) const {
    const RE2& expression = compiled_->expression;
    std::vector<re2::StringPiece> found(
        static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
    const re2::StringPiece text(path.data(), path.size());
    if (!expression.Match(text, 0, path.size(), RE2::ANCHOR_BOTH, found.data(),
                          static_cast<int>(found.size()))) {
        return std::nullopt;
    }
    PatternGroups groups;
    for (const auto& [name, number] : expression.NamedCapturingGroups()) {
        const re2::StringPiece& value = found[static_cast<std::size_t>(number)];
        groups.emplace(name, std::string(value.data(), value.size()));
    }
    return groups;
}

}  // namespace onnxhub
