// SPDX-License-Identifier: Apache-2.0
#include "sources/fact_value.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"
#include "base/decimal.h"

namespace onnxhub {
namespace {

/// The longest release so far is "1.10.0".
constexpr std::size_t version_length_limit = 32;

bool is_version_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<std::int64_t> parse_opset(std::string_view text) {
    const auto opset = parse_decimal<std::int64_t>(text);
    return opset && *opset >= 1 && *opset <= opset_limit ? opset : std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    return parse_decimal<std::uint64_t>(text);
}

std::optional<Sha256> parse_stated_sha256(std::string_view text) {
    return parse_sha256(lower_case(text));
}

bool is_onnx_version(std::string_view text) {
    if (text.size() > version_length_limit) return false;
    while (true) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        if (dot == 0 || !std::all_of(text.begin(), text.begin() + dot, is_version_digit))
            return false;
        if (dot == text.size()) return true;
        text.remove_prefix(dot + 1);
    }
}

}  // namespace onnxhub
