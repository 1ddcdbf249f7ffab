// SPDX-License-Identifier: Apache-2.0
// Builds the tree of a document. Private to this module.
#pragma once

#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include "sources/document.h"

namespace onnxhub {

inline constexpr std::size_t document_depth_limit = 64;  // nested lists and mappings

/// Thrown by the parsers, and caught by parse_document().
struct DocumentFailure {
    DocumentError error;
};

/// Builds a document from the events of a parser. All functions throw DocumentFailure when a limit
/// is exceeded or a key occurs twice.
class DocumentBuilder {
public:
    using NodeIndex = Document::NodeIndex;

    enum class MergeKeys { plain, resolved };

    /// `merge_keys`: what the key "<<" means.
    DocumentBuilder(std::size_t text_size, MergeKeys merge_keys);

    /// The key of the next value, in a mapping. The value's line will be that of its key.
    void key(std::string_view key, int line);

    NodeIndex null(int line);
    NodeIndex scalar(std::string_view text, int line);
    NodeIndex begin_list(int line) { return begin(Document::NodeKind::list, line); }
    NodeIndex begin_mapping(int line) { return begin(Document::NodeKind::mapping, line); }
    /// Ends the innermost list or mapping.
    void end();

    /// The value of another place, which has ended.
    void alias(NodeIndex target, int line);

    Document finish();

private:
    /// A list or mapping that has not ended.
    struct Open {
        NodeIndex index = 0;
        NodeIndex last_child = 0;
    };

    Document::Text keep(std::string_view text);
    void count_value(int line);
    NodeIndex add(Document::NodeKind kind, int line);
    NodeIndex begin(Document::NodeKind kind, int line);
    std::vector<NodeIndex> children_of(NodeIndex index) const;
    NodeIndex content_of(NodeIndex index) const;
    std::string_view key_of(NodeIndex index) const;
    void refuse_duplicates(std::vector<NodeIndex> members) const;
    void resolve_merge_keys(const std::vector<NodeIndex>& members);
    void merge(NodeIndex from, std::set<std::string_view>& keys);
    void append(NodeIndex index);

    std::size_t value_limit_;
    std::size_t value_count_ = 0;
    MergeKeys merge_keys_;
    Document document_;
    std::vector<Open> open_;
    Document::Text key_;
    int key_line_ = 0;  ///< 0: the next value has no key
};

}  // namespace onnxhub
