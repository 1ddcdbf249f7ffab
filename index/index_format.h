// SPDX-License-Identifier: Apache-2.0
// The files of an index. docs/index.md describes them for other implementations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "manifest/json.h"

namespace onnxhub {

/// Below the hub's root.
inline constexpr std::string_view index_root_path = "index/root.json";

inline constexpr int index_format_version = 1;
inline constexpr std::size_t index_root_limit = 8 * 1024;    // bytes
inline constexpr std::size_t index_node_limit = 256 * 1024;  // bytes
/// Trees of more levels are refused. With 128 children at least, 4 levels are enough for every hub.
inline constexpr unsigned index_level_limit = 6;
/// The longest name of a model, and the longest word, that an index can have.
inline constexpr std::size_t index_key_limit = 1000;  // bytes

/// "index/ab/<sha256>.json": each file but index_root_path has the path of its content.
std::string index_path(const Sha256& digest);

/// A file of the index, as another file names it.
struct IndexRef {
    Sha256 digest;
    std::uint64_t bytes = 0;

    bool operator==(const IndexRef&) const = default;
};

struct IndexChild {
    /// Keys from this one on are in this child, or in a later one. Not longer than needed to tell
    /// the last key of the child before from the first of this one; empty in trees without keys.
    std::string from;
    IndexRef file;

    bool operator==(const IndexChild&) const = default;
};

/// A tree of sorted items. At level 0, the children are leaves; at others, files with a tree of the
/// level below.
struct IndexTree {
    unsigned level = 0;
    std::vector<IndexChild> children;

    bool operator==(const IndexTree&) const = default;
};

struct IndexRoot {
    std::uint64_t entries = 0;  ///< number of models, one for each name and opset
    IndexRef manifest;          ///< that the index was made of
    IndexTree models;           ///< by lower-case name; leaves are manifests of their entries
    IndexTree terms;            ///< by term; leaves are lists of IndexTerm
};

/// What the index knows of a model that has a term, enough to list it.
struct IndexPosting {
    unsigned rank = 0;  ///< TermRank: smaller comes first
    std::string model;
    std::int64_t opset = 0;
    std::string onnx_version;
    std::optional<std::uint64_t> bytes;  ///< of the model with its external data
    std::string path;
    std::vector<std::string> tags;
};

/// The models that have a term: a word of their name, tags, task, author or description, or a whole
/// tag after tag_prefix.
struct IndexTerm {
    std::string term;
    std::uint64_t count = 0;              ///< of postings
    std::vector<IndexPosting> postings;   ///< all, when there are few
    std::optional<IndexTree> pages = {};  ///< otherwise: leaves are lists of postings
};

inline constexpr std::string_view tag_prefix = "tag:";

/// What is wrong with a file of an index: one clause.
struct BadIndex {
    std::string reason;
};

/// Compact JSON, the same bytes for the same value.
std::string index_text(const IndexRoot& root);
std::string index_text(const IndexTree& tree);
std::string index_text(const IndexPosting& posting);
std::string index_text(const IndexTerm& term);
/// The list of these texts: a page of postings, or a leaf of terms.
std::string index_page(const std::vector<std::string>& texts);

/// Unknown members are ignored, so that later versions can add some.
std::variant<IndexRoot, BadIndex> parse_index_root(std::string_view text);
std::variant<IndexTree, BadIndex> parse_index_tree(std::string_view text);
std::variant<std::vector<IndexTerm>, BadIndex> parse_index_terms(std::string_view text);
std::variant<std::vector<IndexPosting>, BadIndex> parse_index_page(std::string_view text);

}  // namespace onnxhub
