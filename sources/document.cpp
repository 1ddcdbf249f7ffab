// SPDX-License-Identifier: Apache-2.0
#include "sources/document.h"

#include <fmt/format.h>

#include <charconv>

#include "base/ascii.h"
#include "sources/document_formats.h"

namespace onnxhub {
namespace {

std::optional<std::size_t> list_index(std::string_view text) {
    std::size_t index = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, index);
    return error == std::errc() && stop == end ? std::optional(index) : std::nullopt;
}

}  // namespace

std::optional<DocumentFormat> document_format_of(std::string_view file_name) {
    const std::string name = lower_case(file_name);
    if (name.ends_with(".yaml") || name.ends_with(".yml")) return DocumentFormat::yaml;
    if (name.ends_with(".json")) return DocumentFormat::json;
    if (name.ends_with(".toml")) return DocumentFormat::toml;
    return std::nullopt;
}

DocumentValue Document::root() const {
    return {*this, 0};
}

const Document::Node& DocumentValue::content() const {
    const Document::Node& own = node();
    return own.kind == Document::NodeKind::alias ? document_->nodes_[own.target] : own;
}

std::string_view DocumentValue::text_of(const Document::Text& text) const {
    return std::string_view(document_->texts_).substr(text.begin, text.size);
}

std::optional<DocumentValue> DocumentValue::at(Document::NodeIndex index) const {
    if (index == 0) return std::nullopt;
    return DocumentValue(*document_, index);
}

std::optional<DocumentValue> DocumentValue::first() const {
    const Document::Node& own = content();
    const bool has_values =
        own.kind == Document::NodeKind::list || own.kind == Document::NodeKind::mapping;
    return has_values ? at(own.target) : std::nullopt;
}

std::optional<DocumentValue> DocumentValue::next() const {
    return at(node().sibling);
}

std::optional<DocumentValue> DocumentValue::find(std::string_view key) const {
    if (is_list()) {
        auto index = list_index(key);
        if (!index) return std::nullopt;
        auto value = first();
        for (; value && *index > 0; --*index) value = value->next();
        return value;
    }
    auto member = first();
    while (member && member->key() != key) member = member->next();
    return member;
}

std::optional<DocumentValue> DocumentValue::find(const DocumentPath& path) const {
    std::optional<DocumentValue> value = *this;
    for (const PathSegment& segment : path) {
        value = value->find(segment.key);
        if (!value) return std::nullopt;
    }
    return value->is_null() ? std::nullopt : value;
}

DocumentResult parse_document(std::string_view text, DocumentFormat format,
                              const std::vector<DocumentPath>* wanted) {
    const std::size_t limit =
        format == DocumentFormat::toml ? toml_document_limit : document_size_limit;
    if (text.size() > limit) {
        return DocumentError{0, fmt::format("is larger than {} bytes", limit),
                             "split it into smaller files"};
    }
    try {
        switch (format) {
            case DocumentFormat::yaml:
                return parse_yaml_document(text, wanted);
            case DocumentFormat::json:
                return parse_json_document(text);
            case DocumentFormat::toml:
                return parse_toml_document(text);
        }
    } catch (DocumentFailure& failure) {
        return std::move(failure.error);
    }
    return DocumentError{};
}

}  // namespace onnxhub
