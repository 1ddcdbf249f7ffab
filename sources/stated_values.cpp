// SPDX-License-Identifier: Apache-2.0
#include "sources/stated_values.h"

#include <fmt/format.h>

#include <cstdint>
#include <variant>

#include "manifest/hub_path.h"
#include "manifest/onnx_release.h"
#include "sources/fact_value.h"

namespace onnxhub {
namespace {

template <class Number>
std::optional<std::string> number_text(const std::optional<Number>& number) {
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

std::optional<std::string> version_text(const std::string& text) {
    if (!is_onnx_version(text)) return std::nullopt;
    const auto release = find_release(text);
    return release ? std::string(release->version) : text;
}

std::optional<std::string> path_text(const std::string& text) {
    auto checked = check_hub_path(text);
    if (auto* path = std::get_if<std::string>(&checked)) return std::move(*path);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> canonical_value(Fact fact, const std::string& text) {
    switch (fact) {
        case Fact::opset:
        case Fact::ir_version:
            return number_text(parse_opset(text));
        case Fact::bytes:
        case Fact::parameters:
            return number_text(parse_count(text));
        case Fact::sha256: {
            const auto sha = parse_stated_sha256(text);
            return sha ? std::optional(to_hex(*sha)) : std::nullopt;
        }
        case Fact::onnx_version:
            return version_text(text);
        case Fact::test_data:
            return path_text(text);
        default:
            return text.empty() ? std::nullopt : std::optional(text);
    }
}

void set_value(Fact fact, const std::string& text, ModelRow& row, StatedFacts& stated) {
    switch (fact) {
        case Fact::name:
            row.name = text;
            break;
        case Fact::opset:
            row.opset_version = parse_opset(text).value_or(0);
            break;
        case Fact::onnx_version:
            row.onnx_version = text;
            break;
        case Fact::test_data:
            row.archive_path = text;
            break;
        case Fact::sha256:
            stated.sha = parse_stated_sha256(text);
            break;
        case Fact::bytes:
            stated.size_bytes = parse_count(text);
            break;
        case Fact::ir_version:
            stated.ir_version = parse_opset(text);
            break;
        case Fact::license:
            stated.about.license = text;
            break;
        case Fact::author:
            stated.about.author = text;
            break;
        case Fact::task:
            stated.about.task = text;
            break;
        case Fact::description:
            stated.about.description = text;
            break;
        case Fact::parameters:
            stated.about.parameters = parse_count(text);
            break;
        case Fact::path:
        case Fact::url:
        case Fact::tags:
            break;
    }
}

std::string form_of(Fact fact) {
    switch (fact) {
        case Fact::opset:
        case Fact::ir_version:
            return fmt::format("a number from 1 to {}", opset_limit);
        case Fact::bytes:
        case Fact::parameters:
            return "a number without sign and separators";
        case Fact::sha256:
            return "64 hexadecimal digits";
        case Fact::onnx_version:
            return "a release such as 1.9";
        case Fact::test_data:
            return "a path of the hub";
        default:
            return "a text";
    }
}

}  // namespace onnxhub
