// SPDX-License-Identifier: Apache-2.0
// Reads the parts of an index that a question needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "index/index_format.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// `what()` is one clause that names the file.
class UnusableIndex : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A question that needs more files than index_files_of_question, or more bytes.
class TooLargeQuestion : public UnusableIndex {
public:
    using UnusableIndex::UnusableIndex;
};

/// Gives the content of a file of the index: index_path(file.digest), file.bytes long. It is
/// checked by the reader. May throw.
using IndexFileSource = std::function<std::string(const IndexRef& file)>;

/// A shard or a page is not larger. A name with many long entries has a large shard.
inline constexpr std::uint64_t index_leaf_limit = std::uint64_t{64} << 20;  // bytes
/// Files of an index, and their bytes, that one question reads at most. A hostile index could
/// contain a tree that never ends.
inline constexpr std::size_t index_files_of_question = 512;
inline constexpr std::uint64_t index_bytes_of_question = std::uint64_t{256} << 20;
/// A word that is no term stands for the terms that begin with it, at most this many.
inline constexpr std::size_t index_terms_of_prefix = 32;

struct IndexSearch {
    std::vector<IndexPosting> models;  ///< the best ones, at most as many as asked for
    std::uint64_t count = 0;           ///< of all models that match
};

/// Functions throw UnusableIndex for a file that is not what its digest says, or has no valid form,
/// for a question that needs too many files, and what the source throws. Not thread-safe.
class IndexReader {
public:
    IndexReader(IndexRoot root, IndexFileSource source)
        : root_(std::move(root)), source_(std::move(source)) {}

    const IndexRoot& root() const { return root_; }

    /// The entries of all models whose name is `name`, compared without case (of ASCII letters),
    /// and of some models with neighbouring names.
    ManifestDocument shard_of(const std::string& name);

    /// Models that have all the words of these texts. The order is that of the rarest word.
    IndexSearch search(const std::vector<std::string>& texts, std::size_t limit);

    /// Models that have this tag, compared without case (of ASCII letters).
    IndexSearch with_tag(const std::string& tag, std::size_t limit);

private:
    void begin_question();
    std::string read(const IndexRef& file, std::uint64_t limit_bytes);
    IndexTree read_node(const IndexRef& file, unsigned level);
    IndexRef leaf_of(IndexTree tree, const std::string& key);
    bool visit_leaves(const IndexTree& tree, std::optional<std::string> from,
                      const std::function<bool(const IndexRef&)>& visit);
    std::vector<IndexTerm> terms_of_word(const std::string& word);
    bool take_postings(const IndexTerm& term, std::size_t limit,
                       std::vector<IndexPosting>& postings);

    IndexRoot root_;
    IndexFileSource source_;
    std::size_t files_left_ = 0;  ///< of the present question
    std::uint64_t bytes_left_ = 0;
};

}  // namespace onnxhub
