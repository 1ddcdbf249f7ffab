// SPDX-License-Identifier: Apache-2.0
// YAML, JSON and TOML documents as one kind of tree. Values know their line, and scalars are the
// text of the document: "1.10" stays "1.10".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/document_path.h"

namespace onnxhub {

class DocumentValue;

/// A parsed document. Values refer to it. It cannot be changed, so several threads may read it.
class Document {
public:
    DocumentValue root() const;

    /// The number of values.
    std::size_t size() const { return nodes_.size(); }

private:
    friend class DocumentValue;
    friend class DocumentBuilder;

    enum class NodeKind : std::uint8_t { null, scalar, list, mapping, alias };
    using NodeIndex = std::uint32_t;  ///< 0 is the root, which has no parent

    /// A part of texts_.
    struct Text {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    struct Node {
        NodeKind kind = NodeKind::null;
        int line = 0;
        Text key;               ///< of a member of a mapping
        Text text;              ///< of a scalar
        NodeIndex target = 0;   ///< of an alias; the first child of a list or mapping
        NodeIndex sibling = 0;  ///< the next one; 0: none
    };

    std::vector<Node> nodes_;
    std::string texts_;
};

/// A value of a document, and its place in its list or mapping.
class DocumentValue {
public:
    bool is_null() const { return kind() == Document::NodeKind::null; }
    bool is_scalar() const { return kind() == Document::NodeKind::scalar; }
    bool is_list() const { return kind() == Document::NodeKind::list; }
    bool is_mapping() const { return kind() == Document::NodeKind::mapping; }

    /// YAML: the value also stands elsewhere, where its anchor is.
    bool is_alias() const { return node().kind == Document::NodeKind::alias; }

    /// 1-based. Of a member of a mapping: the line of its key.
    int line() const { return node().line; }                           ///< 1-based
    std::string_view key() const { return text_of(node().key); }       ///< of a member of a mapping
    std::string_view text() const { return text_of(content().text); }  ///< of a scalar

    /// The first value of a list or mapping, and the one that follows this one in it.
    std::optional<DocumentValue> first() const;
    std::optional<DocumentValue> next() const;

    /// The member of a mapping with this key, or the value of a list at this index.
    std::optional<DocumentValue> find(std::string_view key) const;

    /// The value at `path`, which has no wildcards; nullopt when there is none, or when it is null.
    std::optional<DocumentValue> find(const DocumentPath& path) const;

private:
    friend class Document;

    DocumentValue(const Document& document, Document::NodeIndex index)
        : document_(&document), index_(index) {}

    const Document::Node& node() const { return document_->nodes_[index_]; }
    const Document::Node& content() const;
    Document::NodeKind kind() const { return content().kind; }
    std::string_view text_of(const Document::Text& text) const;
    std::optional<DocumentValue> at(Document::NodeIndex index) const;

    const Document* document_;
    Document::NodeIndex index_;
};

/// Why a document cannot be used.
struct DocumentError {
    int line = 0;         ///< 1-based; 0: the document as a whole
    std::string message;  ///< one clause: "is not YAML: …"
    std::string hint;     ///< one clause
};

}  // namespace onnxhub
