// SPDX-License-Identifier: Apache-2.0
#include "sources/document.h"

#include "base/decimal.h"

namespace onnxhub {

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
        auto index = parse_decimal<std::size_t>(key);
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

}  // namespace onnxhub
