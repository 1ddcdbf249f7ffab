// SPDX-License-Identifier: Apache-2.0
#include "sources/document_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "manifest/document_limits.h"

namespace onnxhub {
namespace {

constexpr std::string_view merge_key = "<<";

[[noreturn]] void fail_document(int line, std::string message, std::string hint) {
    throw DocumentFailure{{line, std::move(message), std::move(hint)}};
}

}  // namespace

DocumentBuilder::DocumentBuilder(std::size_t text_size, MergeKeys merge_keys)
    : value_limit_(json_value_limit_of(text_size)), merge_keys_(merge_keys) {}

void DocumentBuilder::key(std::string_view key, int line) {
    key_ = keep(key);
    key_line_ = line;
}

DocumentBuilder::NodeIndex DocumentBuilder::null(int line) {
    return add(Document::NodeKind::null, line);
}

DocumentBuilder::NodeIndex DocumentBuilder::scalar(std::string_view text, int line) {
    const NodeIndex index = add(Document::NodeKind::scalar, line);
    document_.nodes_[index].text = keep(text);
    return index;
}

void DocumentBuilder::alias(NodeIndex target, int line) {
    const NodeIndex index = add(Document::NodeKind::alias, line);
    document_.nodes_[index].target = content_of(target);
}

void DocumentBuilder::end() {
    const NodeIndex index = open_.back().index;
    if (document_.nodes_[index].kind == Document::NodeKind::mapping) {
        const std::vector<NodeIndex> members = children_of(index);
        refuse_duplicates(members);
        if (merge_keys_ == MergeKeys::resolved) resolve_merge_keys(members);
    }
    open_.pop_back();
}

Document DocumentBuilder::finish() {
    if (document_.nodes_.empty()) null(1);
    document_.nodes_.shrink_to_fit();
    document_.texts_.shrink_to_fit();
    return std::move(document_);
}

Document::Text DocumentBuilder::keep(std::string_view text) {
    const auto begin = static_cast<std::uint32_t>(document_.texts_.size());
    document_.texts_ += text;
    return {begin, static_cast<std::uint32_t>(text.size())};
}

void DocumentBuilder::count_value(int line) {
    if (++value_count_ > value_limit_) {
        fail_document(line, fmt::format("has over {} values, the limit for its size", value_limit_),
                      "split the document");
    }
}

DocumentBuilder::NodeIndex DocumentBuilder::add(Document::NodeKind kind, int line) {
    count_value(line);
    const auto index = static_cast<NodeIndex>(document_.nodes_.size());
    Document::Node& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.key = std::exchange(key_, {});
    const int key_line = std::exchange(key_line_, 0);
    node.line = key_line > 0 ? key_line : line;
    if (!open_.empty()) append(index);
    return index;
}

void DocumentBuilder::append(NodeIndex index) {
    Open& parent = open_.back();
    if (parent.last_child == 0) {
        document_.nodes_[parent.index].target = index;
    } else {
        document_.nodes_[parent.last_child].sibling = index;
    }
    parent.last_child = index;
}

DocumentBuilder::NodeIndex DocumentBuilder::begin(Document::NodeKind kind, int line) {
    if (open_.size() == document_depth_limit) {
        fail_document(line, fmt::format("is nested deeper than {} levels", document_depth_limit),
                      "make the document flatter");
    }
    const NodeIndex index = add(kind, line);
    open_.push_back({index, 0});
    return index;
}

std::vector<DocumentBuilder::NodeIndex> DocumentBuilder::children_of(NodeIndex index) const {
    std::vector<NodeIndex> children;
    for (NodeIndex i = document_.nodes_[index].target; i != 0; i = document_.nodes_[i].sibling) {
        children.push_back(i);
    }
    return children;
}

DocumentBuilder::NodeIndex DocumentBuilder::content_of(NodeIndex index) const {
    const Document::Node& node = document_.nodes_[index];
    return node.kind == Document::NodeKind::alias ? node.target : index;
}

std::string_view DocumentBuilder::key_of(NodeIndex index) const {
    const Document::Text& key = document_.nodes_[index].key;
    return std::string_view(document_.texts_).substr(key.begin, key.size);
}

void DocumentBuilder::refuse_duplicates(std::vector<NodeIndex> members) const {
    const auto key = [this](NodeIndex index) { return key_of(index); };
    std::ranges::stable_sort(members, {}, key);
    const auto repeated = std::ranges::adjacent_find(members, {}, key);
    if (repeated == members.end()) return;
    fail_document(document_.nodes_[*std::next(repeated)].line,
                  fmt::format("has the key \"{}\" twice in one mapping", key(*repeated)),
                  "remove one of them");
}

/// Replaces "<<" by the members of the mappings that it names, unless the mapping has them itself.
void DocumentBuilder::resolve_merge_keys(const std::vector<NodeIndex>& members) {
    const auto merged =
        std::ranges::find(members, merge_key, [this](NodeIndex index) { return key_of(index); });
    if (merged == members.end()) return;
    const int line = document_.nodes_[*merged].line;
    Open& mapping = open_.back();
    document_.nodes_[mapping.index].target = 0;
    mapping.last_child = 0;
    std::set<std::string_view> keys;
    for (const NodeIndex member : members) {
        document_.nodes_[member].sibling = 0;
        if (member == *merged) continue;
        append(member);
        keys.insert(key_of(member));
    }
    const NodeIndex content = content_of(*merged);
    std::vector<NodeIndex> sources{content};
    if (document_.nodes_[content].kind == Document::NodeKind::list) sources = children_of(content);
    for (const NodeIndex source : sources) {
        if (document_.nodes_[content_of(source)].kind != Document::NodeKind::mapping) {
            fail_document(line, "has a merge key \"<<\" whose value is not a mapping",
                          "merge an alias of a mapping, or a list of them");
        }
        merge(content_of(source), keys);
    }
}

void DocumentBuilder::merge(NodeIndex from, std::set<std::string_view>& keys) {
    for (const NodeIndex member : children_of(from)) {
        const Document::Node original = document_.nodes_[member];
        if (!keys.insert(key_of(member)).second) {
            count_value(original.line);  // what is skipped takes time too
            continue;
        }
        key_ = original.key;
        alias(member, original.line);
    }
}

}  // namespace onnxhub
