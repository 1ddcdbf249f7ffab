// SPDX-License-Identifier: Apache-2.0
// The words by which a model is found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub {

/// The order of models that have the same term.
namespace term_rank {
inline constexpr unsigned name = 0;         ///< the term is the whole name
inline constexpr unsigned in_name = 1;      ///< a word of the name
inline constexpr unsigned tag = 2;          ///< a word of a tag or of the task, or a whole tag
inline constexpr unsigned description = 3;  ///< a word of the description or the author
}  // namespace term_rank

/// An entry has at most this many terms, to bound the index.
inline constexpr std::size_t terms_of_entry_limit = 64;

/// Words in lower case (of ASCII letters): what is between ASCII characters that are neither
/// letters nor digits. Words of more than 64 bytes are left out.
std::vector<std::string> index_words(std::string_view text);

struct RankedTerm {
    std::string term;
    unsigned rank = 0;
};

/// The terms of an entry, each once with its smallest rank.
std::vector<RankedTerm> terms_of(const Entry& entry);

}  // namespace onnxhub
