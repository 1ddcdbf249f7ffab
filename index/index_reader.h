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

/// Gives the content of a file of the index: index_path(file.digest), file.bytes long. It is
/// checked by the reader. May throw.
using IndexFileSource = std::function<std::string(const IndexRef& file)>;

/// A shard or a page is not larger. A name with many long entries has a large shard.
inline constexpr std::uint64_t index_leaf_limit = std::uint64_t{64} << 20;  // bytes
/// Pages that one search reads at most.
inline constexpr std::size_t index_files_of_search = 256;
/// A word that is no term stands for the terms that begin with it, at most this many.
inline constexpr std::size_t index_terms_of_prefix = 32;

struct IndexSearch {
    std::vector<IndexPosting> models;  ///< the best ones, at most as many as asked for
    std::uint64_t count = 0;           ///< of all models that match
};

/// Functions throw UnusableIndex for a file that is not what its digest says, or has no valid form,
/// and what the source throws.
class IndexReader {
public:
    IndexReader(IndexRoot root, IndexFileSource source)
        : root_(std::move(root)), source_(std::move(source)) {}

    const IndexRoot& root() const { return root_; }

    /// The entries of all models whose name is `name`, compared without case (of ASCII letters),
    /// and of some models with neighbouring names.
    ManifestDocument shard_of(const std::string& name) const;

    /// Models that have all the words of these texts. The order is that of the rarest word. Throws
    /// UnusableIndex also when more than index_files_of_search files are needed.
    IndexSearch search(const std::vector<std::string>& texts, std::size_t limit) const;

    /// Models that have this tag, compared without case (of ASCII letters).
    IndexSearch with_tag(const std::string& tag, std::size_t limit) const;

private:
    std::string read(const IndexRef& file, std::uint64_t limit_bytes) const;
    IndexTree read_node(const IndexRef& file, unsigned level) const;
    IndexRef leaf_of(IndexTree tree, const std::string& key) const;
    bool visit_leaves(const IndexTree& tree, std::optional<std::string> from,
                      const std::function<bool(const IndexRef&)>& visit) const;
    std::vector<IndexTerm> terms_of_word(const std::string& word) const;
    bool take_postings(const IndexTerm& term, std::size_t limit, std::size_t& files_left,
                       std::vector<IndexPosting>& postings) const;

    IndexRoot root_;
    IndexFileSource source_;
};

}  // namespace onnxhub
