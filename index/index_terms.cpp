// SPDX-License-Identifier: Apache-2.0
#include "index/index_terms.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "index/index_format.h"

namespace onnxhub {
namespace {

constexpr std::size_t word_limit = 64;  // bytes

/// Bytes of other characters than ASCII belong to words.
bool belongs_to_word(char c) {
    return (c >= '0' && c <= '9') || (lower_case(c) >= 'a' && lower_case(c) <= 'z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

class TermList {
public:
    void add(std::string term, unsigned rank) {
        const bool is_known = std::ranges::any_of(
            terms_, [&](const RankedTerm& known) { return known.term == term; });
        if (!is_known && terms_.size() < terms_of_entry_limit) {
            terms_.push_back({std::move(term), rank});
        }
    }

    void add_words(std::string_view text, unsigned rank) {
        for (std::string& word : index_words(text)) add(std::move(word), rank);
    }

    std::vector<RankedTerm> take() { return std::move(terms_); }

private:
    std::vector<RankedTerm> terms_;
};

}  // namespace

std::vector<std::string> index_words(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && belongs_to_word(text[end])) ++end;
        if (end > at && end - at <= word_limit) {
            words.push_back(lower_case(text.substr(at, end - at)));
        }
        at = end + 1;
    }
    return words;
}

std::vector<RankedTerm> terms_of(const Entry& entry) {
    TermList terms;
    const std::vector<std::string> name = index_words(entry.model);
    for (const std::string& word : name) {
        terms.add(word, name.size() == 1 ? term_rank::name : term_rank::in_name);
    }
    for (const std::string& tag : entry.tags) {
        std::string whole = std::string(tag_prefix) + lower_case(tag);
        if (whole.size() <= index_key_limit) terms.add(std::move(whole), term_rank::tag);
        terms.add_words(tag, term_rank::tag);
    }
    if (entry.about->task) terms.add_words(*entry.about->task, term_rank::tag);
    if (entry.about->author) terms.add_words(*entry.about->author, term_rank::description);
    if (entry.about->description)
        terms.add_words(*entry.about->description, term_rank::description);
    return terms.take();
}

}  // namespace onnxhub
