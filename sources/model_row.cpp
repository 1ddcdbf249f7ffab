// SPDX-License-Identifier: Apache-2.0
#include "sources/model_row.h"

#include <algorithm>
#include <array>

namespace onnxhub {
namespace {

constexpr std::array known_facts{
    Fact::name,   Fact::path,         Fact::url,         Fact::sha256,     Fact::bytes,
    Fact::opset,  Fact::onnx_version, Fact::ir_version,  Fact::tags,       Fact::license,
    Fact::author, Fact::task,         Fact::description, Fact::parameters, Fact::test_data,
};

}  // namespace

std::string_view name_of(Fact fact) {
    switch (fact) {
        case Fact::name:
            return "name";
        case Fact::path:
            return "path";
        case Fact::url:
            return "url";
        case Fact::sha256:
            return "sha256";
        case Fact::bytes:
            return "bytes";
        case Fact::opset:
            return "opset";
        case Fact::onnx_version:
            return "onnx_version";
        case Fact::ir_version:
            return "ir_version";
        case Fact::tags:
            return "tags";
        case Fact::license:
            return "license";
        case Fact::author:
            return "author";
        case Fact::task:
            return "task";
        case Fact::description:
            return "description";
        case Fact::parameters:
            return "parameters";
        case Fact::test_data:
            return "test_data";
    }
    return {};
}

std::optional<Fact> parse_fact(std::string_view name) {
    const auto found =
        std::ranges::find(known_facts, name, [](Fact fact) { return name_of(fact); });
    return found == known_facts.end() ? std::nullopt : std::optional(*found);
}

std::span<const Fact> all_facts() {
    return known_facts;
}

bool ModelRow::says_the_same(const ModelRow& other) const {
    return name == other.name && model_path == other.model_path &&
           archive_path == other.archive_path && onnx_version == other.onnx_version &&
           opset_version == other.opset_version && tags == other.tags;
}

}  // namespace onnxhub
