// SPDX-License-Identifier: Apache-2.0
#include "index/index_writer.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/user_error.h"
#include "index/content_chunks.h"
#include "index/index_items.h"
#include "index/index_tree.h"

namespace onnxhub {
namespace {

constexpr std::size_t kib = 1024;
/// Models of a shard, some 60.
constexpr ChunkSizes shard_sizes{.least = 24 * kib, .mean = 64 * kib, .most = 128 * kib};
/// Some 1,000 postings.
constexpr ChunkSizes page_sizes{.least = 64 * kib, .mean = 128 * kib, .most = 256 * kib};
constexpr ChunkSizes term_sizes{.least = 16 * kib, .mean = 48 * kib, .most = 96 * kib};
/// More bytes of postings have pages of their own.
constexpr std::size_t postings_of_term_limit = 8 * kib;
constexpr std::size_t pages_of_term_limit = 1 * kib;  // bytes of the tree in the term

// Both trees and 500 bytes more are less than index_root_limit.
constexpr std::size_t models_tree_limit = 6 * kib;
constexpr std::size_t terms_tree_limit = 1536;

/// A part of a list.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

class IndexWriter {
public:
    IndexWriter(const IndexRequest& request, IndexFiles& files)
        : request_(request), files_(files), all_(read_index_items(request)) {}

    IndexReport write() {
        IndexRoot root;
        root.entries = all_.items.size();
        root.manifest = {all_.manifest, request_.manifest->size_bytes()};
        root.models = write_models();
        root.terms = write_terms();
        IndexReport report{index_text(root), {}};
        report.root_digest = put_text(files_, report.root).digest;
        return report;
    }

private:
    // Models

    /// All entries of a name stay together.
    std::vector<Range> shards() const {
        std::vector<Range> shards;
        ContentChunks chunks(shard_sizes);
        for (std::size_t begin = 0; begin < all_.items.size();) {
            std::size_t end = begin;
            std::size_t bytes = 0;
            while (end < all_.items.size() && all_.items[end].key == all_.items[begin].key) {
                bytes += all_.items[end++].compact_bytes;
            }
            const bool begins = chunks.begins_with(all_.items[begin].key, bytes);
            if (begins || shards.empty()) shards.push_back({begin, begin});
            shards.back().end = end;
            begin = end;
        }
        return shards;
    }

    std::string shard_text(const Range& shard) const {
        std::string text = "[";
        std::string entry;
        for (std::size_t i = shard.begin; i < shard.end; ++i) {
            const IndexItem& item = all_.items[i];
            entry.resize(item.length);
            const auto place = std::as_writable_bytes(std::span(entry));
            if (request_.manifest->read(item.offset, place) != item.length) {
                throw UserError(request_.shown_name + ": was changed while it was read; try again");
            }
            if (i > shard.begin) text += ',';
            text += compact_json(entry);
        }
        return text + "]";
    }

    IndexTree write_models() {
        const std::vector<Range> parts = shards();
        std::vector<IndexLeaf> leaves(parts.size());
        for_each_index(parts.size(), request_.jobs, [&](std::size_t i) {
            request_.check_interruption();
            const std::string& key = all_.items[parts[i].begin].key;
            if (i > 0) leaves[i].from = separator_of(all_.items[parts[i - 1].end - 1].key, key);
            leaves[i].identity = key;
            leaves[i].file = put_text(files_, shard_text(parts[i]));
        });
        return write_index_tree(std::move(leaves), models_tree_limit, files_);
    }

    // Terms

    /// The postings of each term.
    std::vector<Range> terms() const {
        std::vector<Range> terms;
        for (std::size_t i = 0; i < all_.item_terms.size(); ++i) {
            const bool is_new = i == 0 || all_.item_terms[i].term != all_.item_terms[i - 1].term;
            if (is_new) terms.push_back({i, i});
            ++terms.back().end;
        }
        return terms;
    }

    const IndexItem& item_of(const ItemTerm& posting) const { return all_.items[posting.item]; }

    std::size_t bytes_of(const Range& term) const {
        std::size_t bytes = 0;
        for (std::size_t i = term.begin; i < term.end; ++i) {
            bytes += item_of(all_.item_terms[i]).posting.size() + 4;  // rank and punctuation
        }
        return bytes;
    }

    std::string postings_text(const Range& range) const {
        std::vector<std::string> postings;
        for (std::size_t i = range.begin; i < range.end; ++i) {
            const ItemTerm& posting = all_.item_terms[i];
            postings.push_back("[" + std::to_string(posting.rank) + "," + item_of(posting).posting);
        }
        return index_page(postings);
    }

    IndexTree write_pages(const Range& term) {
        std::vector<Range> pages;
        ContentChunks chunks(page_sizes);
        for (std::size_t i = term.begin; i < term.end; ++i) {
            const IndexItem& item = item_of(all_.item_terms[i]);
            const bool begins = chunks.begins_with(item.posting, item.posting.size() + 4);
            if (begins || pages.empty()) pages.push_back({i, i});
            pages.back().end = i + 1;
        }
        std::vector<IndexLeaf> leaves(pages.size());
        for_each_index(pages.size(), request_.jobs, [&](std::size_t i) {
            request_.check_interruption();
            leaves[i].identity = item_of(all_.item_terms[pages[i].begin]).posting;
            leaves[i].file = put_text(files_, postings_text(pages[i]));
        });
        return write_index_tree(std::move(leaves), pages_of_term_limit, files_);
    }

    /// JSON of an IndexTerm.
    std::string term_text(const Range& term) {
        IndexTerm result{all_.terms[all_.item_terms[term.begin].term], term.end - term.begin, {}};
        if (bytes_of(term) > postings_of_term_limit) {
            result.pages = write_pages(term);
            return index_text(result);
        }
        std::string text = index_text(result);
        constexpr std::string_view end = "[]}";
        text.resize(text.size() - end.size());
        return text + postings_text(term) + "}";
    }

    IndexTree write_terms() {
        std::vector<IndexLeaf> leaves;
        std::vector<std::string> texts;
        std::string first;
        std::string last;
        const auto end_leaf = [&] {
            std::string from = leaves.empty() ? "" : separator_of(last, first);
            const IndexRef file = put_text(files_, index_page(std::exchange(texts, {})));
            leaves.push_back({std::move(from), first, file});
        };
        ContentChunks chunks(term_sizes);
        std::string before;
        for (const Range& range : terms()) {
            request_.check_interruption();
            const std::string& term = all_.terms[all_.item_terms[range.begin].term];
            std::string text = term_text(range);
            const bool begins = chunks.begins_with(term, text.size());
            if (begins) {
                end_leaf();
                last = before;
            }
            if (texts.empty()) first = term;
            before = term;
            texts.push_back(std::move(text));
        }
        if (!texts.empty()) end_leaf();
        return write_index_tree(std::move(leaves), terms_tree_limit, files_);
    }

    const IndexRequest& request_;
    IndexFiles& files_;
    const IndexItems all_;
};

}  // namespace

IndexReport write_index(const IndexRequest& request, IndexFiles& files) {
    return IndexWriter(request, files).write();
}

}  // namespace onnxhub
