// SPDX-License-Identifier: Apache-2.0
#include "sources/model_row.h"

#include <algorithm>
#include <array>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::array<std::pair<Fact, std::string_view>, 15> fact_names{{
    {Fact::name, "name"},
    {Fact::path, "path"},
    {Fact::url, "url"},
    {Fact::sha256, "sha256"},
    {Fact::bytes, "bytes"},
    {Fact::opset, "opset"},
    {Fact::onnx_version, "onnx_version"},
    {Fact::ir_version, "ir_version"},
    {Fact::tags, "tags"},
    {Fact::license, "license"},
    {Fact::author, "author"},
    {Fact::task, "task"},
    {Fact::description, "description"},
    {Fact::parameters, "parameters"},
    {Fact::test_data, "test_data"},
}};

}  // namespace

std::string_view name_of(Fact fact) {
    return std::ranges::find(fact_names, fact, [](const auto& pair) { return pair.first; })->second;
}

std::optional<Fact> parse_fact(std::string_view name) {
    const auto found =
        std::ranges::find(fact_names, name, [](const auto& pair) { return pair.second; });
    return found == fact_names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace onnxhub
