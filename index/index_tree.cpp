// SPDX-License-Identifier: Apache-2.0
#include "index/index_tree.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "index/content_chunks.h"

namespace onnxhub {
namespace {

/// Nodes by the bytes of their JSON: some 400 children, 25 KiB when compressed.
constexpr ChunkSizes node_sizes{.least = std::size_t{16} * 1024,
                                .mean = std::size_t{48} * 1024,
                                .most = std::size_t{96} * 1024};

/// Bytes of a child in JSON, without escapes: the digest, the size and punctuation take 85.
std::size_t size_of(const IndexLeaf& leaf) {
    return leaf.from.size() + 85;
}

IndexTree tree_of(std::vector<IndexLeaf> leaves, unsigned level) {
    IndexTree tree{level, {}};
    for (IndexLeaf& leaf : leaves) tree.children.push_back({std::move(leaf.from), leaf.file});
    // What is before the second child is in the first.
    if (!tree.children.empty()) tree.children.front().from.clear();
    return tree;
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

IndexRef put_text(IndexFiles& files, std::string_view text) {
    const IndexRef ref{sha256_of(text), text.size()};
    files.put(ref, text);
    return ref;
}

IndexTree write_index_tree(std::vector<IndexLeaf> leaves, std::size_t limit_bytes,
                           IndexFiles& files) {
    for (unsigned level = 0;; ++level) {
        IndexTree tree = tree_of(leaves, level);
        if (leaves.size() < 2 || index_text(tree).size() <= limit_bytes) return tree;
        std::vector<IndexLeaf> nodes;
        std::vector<IndexLeaf> node;
        const auto end_node = [&] {
            std::string from = node.front().from;
            std::string identity = node.front().identity;
            const std::string text = index_text(tree_of(std::exchange(node, {}), level));
            nodes.push_back({std::move(from), std::move(identity), put_text(files, text)});
        };
        ContentChunks chunks(node_sizes);
        for (IndexLeaf& leaf : leaves) {
            if (chunks.begins_with(leaf.identity, size_of(leaf))) end_node();
            node.push_back(std::move(leaf));
        }
        end_node();
        leaves = std::move(nodes);
    }
}

std::string separator_of(std::string_view last, std::string_view first) {
    std::size_t length = 0;
    while (length < last.size() && length < first.size() && last[length] == first[length]) {
        ++length;
    }
    length = std::min(length + 1, first.size());
    while (length < first.size() && continues_character(first[length])) ++length;
    return std::string(first.substr(0, length));
}

}  // namespace onnxhub
