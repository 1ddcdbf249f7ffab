// SPDX-License-Identifier: Apache-2.0
#include "index/index_reader.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "index/index_terms.h"

namespace onnxhub {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

[[noreturn]] void refuse(const IndexRef& file, const std::string& reason) {
    throw UnusableIndex(index_path(file.digest) + ": " + reason);
}

/// What a parser gave, or UnusableIndex.
template <class Value>
Value require(std::variant<Value, BadIndex> parsed, const IndexRef& file) {
    if (const auto* bad = std::get_if<BadIndex>(&parsed)) refuse(file, bad->reason);
    return std::get<Value>(std::move(parsed));
}

/// The number of the child that has `key`.
std::size_t child_of(const IndexTree& tree, const std::string& key) {
    const auto after = std::ranges::upper_bound(tree.children, key, {}, &IndexChild::from);
    return after == tree.children.begin()
               ? 0
               : static_cast<std::size_t>(after - tree.children.begin()) - 1;
}

auto identity_of(const IndexPosting& posting) {
    return std::tie(posting.model, posting.opset, posting.path);
}

/// Whether one of the terms is a word of the model's name or tags.
bool shows_term(const IndexPosting& posting, const std::vector<IndexTerm>& terms) {
    const auto has = [&](std::string_view text) {
        return std::ranges::any_of(index_words(text), [&](const std::string& word) {
            return std::ranges::find(terms, word, &IndexTerm::term) != terms.end();
        });
    };
    return has(posting.model) || std::ranges::any_of(posting.tags, has);
}

using PostingSet = std::set<std::tuple<std::string, std::int64_t, std::string>>;

}  // namespace

void IndexReader::begin_question() {
    files_left_ = index_files_of_question;
    bytes_left_ = index_bytes_of_question;
}

std::string IndexReader::read(const IndexRef& file, std::uint64_t limit_bytes) {
    if (file.bytes > limit_bytes) refuse(file, "is larger than the limit of its kind");
    if (files_left_ == 0 || file.bytes > bytes_left_) {
        throw TooLargeQuestion("too many models have these words; search for rarer ones");
    }
    --files_left_;
    bytes_left_ -= file.bytes;
    std::string text = source_(file);
    if (text.size() != file.bytes || sha256_of(text) != file.digest) {
        refuse(file, "is not the file with this SHA-256");
    }
    return text;
}

IndexTree IndexReader::read_node(const IndexRef& file, unsigned level) {
    IndexTree tree = require(parse_index_tree(read(file, index_node_limit)), file);
    if (tree.level != level) refuse(file, "is at another level of the tree");
    return tree;
}

IndexRef IndexReader::leaf_of(IndexTree tree, const std::string& key) {
    for (;;) {
        const IndexRef file = tree.children[child_of(tree, key)].file;
        if (tree.level == 0) return file;
        tree = read_node(file, tree.level - 1);
        if (tree.children.empty()) refuse(file, "has no content");
    }
}

ManifestDocument IndexReader::shard_of(const std::string& name) {
    begin_question();
    if (root_.models.children.empty()) return {};
    const IndexRef file = leaf_of(root_.models, lower_case(name));
    auto parsed = parse_manifest(read(file, index_leaf_limit));
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) refuse(file, error->message);
    return std::get<ManifestDocument>(std::move(parsed));
}

/// Calls `visit` with leaves in their order until it returns false. With `from`, begins with the
/// leaf that has this key. Returns whether all leaves were visited.
bool IndexReader::visit_leaves(const IndexTree& tree, std::optional<std::string> from,
                               const std::function<bool(const IndexRef&)>& visit) {
    for (std::size_t i = from ? child_of(tree, *from) : 0; i < tree.children.size(); ++i) {
        const IndexRef& file = tree.children[i].file;
        const bool goes_on = tree.level > 0
                                 ? visit_leaves(read_node(file, tree.level - 1), from, visit)
                                 : visit(file);
        if (!goes_on) return false;
        from.reset();  // in the other children, everything is after it
    }
    return true;
}

/// The term, or else the terms that begin with it.
std::vector<IndexTerm> IndexReader::terms_of_word(const std::string& word) {
    std::vector<IndexTerm> found;
    bool is_exact = false;
    visit_leaves(root_.terms, word, [&](const IndexRef& file) {
        for (IndexTerm& term : require(parse_index_terms(read(file, index_leaf_limit)), file)) {
            if (term.term < word) continue;
            if (!term.term.starts_with(word)) return false;
            is_exact = term.term == word;
            found.push_back(std::move(term));
            if (is_exact || found.size() == index_terms_of_prefix) return false;
        }
        return true;
    });
    return found;
}

/// Appends postings until there are `limit`. False: there are more.
bool IndexReader::take_postings(const IndexTerm& term, std::size_t limit,
                                std::vector<IndexPosting>& postings) {
    const auto append = [&](std::vector<IndexPosting> more) {
        for (IndexPosting& posting : more) {
            if (postings.size() == limit) return false;
            postings.push_back(std::move(posting));
        }
        return true;
    };
    if (!term.pages) return append(term.postings);
    bool is_complete = true;
    visit_leaves(*term.pages, std::nullopt, [&](const IndexRef& file) {
        if (postings.size() == limit) return is_complete = false;
        return is_complete = append(require(parse_index_page(read(file, index_leaf_limit)), file));
    });
    return is_complete;
}

IndexSearch IndexReader::search(const std::vector<std::string>& texts, std::size_t limit) {
    begin_question();
    std::set<std::string> words;
    for (const std::string& text : texts) {
        for (std::string& word : index_words(text)) words.insert(std::move(word));
    }
    struct Word {
        std::vector<IndexTerm> terms;
        std::uint64_t count = 0;
    };
    std::vector<Word> found;
    for (const std::string& word : words) {
        Word& next = found.emplace_back(Word{terms_of_word(word), 0});
        for (const IndexTerm& term : next.terms) next.count += term.count;
        if (next.terms.empty()) return {};
    }
    if (found.empty()) return {};
    std::ranges::sort(found, {}, &Word::count);

    // One whole word needs only the first models; otherwise all are compared.
    const bool is_simple = found.size() == 1 && found.front().terms.size() == 1;
    std::vector<IndexPosting> models;
    for (const IndexTerm& term : found.front().terms) {
        take_postings(term, is_simple ? limit : no_limit, models);
    }
    if (is_simple) return {std::move(models), found.front().count};
    PostingSet seen;
    std::erase_if(models, [&](const IndexPosting& posting) {
        return !seen.insert(identity_of(posting)).second;
    });
    for (std::size_t i = 1; i < found.size(); ++i) {
        // Most have the word in their name or tags, which saves reading long lists.
        if (std::ranges::all_of(models, [&](const IndexPosting& posting) {
                return shows_term(posting, found[i].terms);
            })) {
            continue;
        }
        std::vector<IndexPosting> others;
        for (const IndexTerm& term : found[i].terms) {
            take_postings(term, no_limit, others);
        }
        PostingSet having;
        for (const IndexPosting& posting : others) having.insert(identity_of(posting));
        std::erase_if(models, [&](const IndexPosting& posting) {
            return !having.contains(identity_of(posting));
        });
    }
    std::ranges::stable_sort(models, {}, &IndexPosting::rank);
    const std::uint64_t count = models.size();
    if (models.size() > limit) models.resize(limit);
    return {std::move(models), count};
}

IndexSearch IndexReader::with_tag(const std::string& tag, std::size_t limit) {
    begin_question();
    const std::string wanted = std::string(tag_prefix) + lower_case(tag);
    for (const IndexTerm& term : terms_of_word(wanted)) {
        if (term.term != wanted) continue;
        IndexSearch result{{}, term.count};
        take_postings(term, limit, result.models);
        return result;
    }
    return {};
}

}  // namespace onnxhub
