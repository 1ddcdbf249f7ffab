// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/similar_texts.h"

#include <iterator>

#include "base/spelling.h"

namespace onnxhub {
namespace {

constexpr std::size_t most_texts = 8;
constexpr std::size_t most_changes = 2;  // of is_misspelling()
constexpr std::size_t least_part = 3;    // a shorter text is a part of too many others

}  // namespace

SimilarTexts::SimilarTexts(const std::string& wanted) : wanted_(lower_case(wanted)) {}

void SimilarTexts::add(const std::string& text) {
    // Few texts need a comparison of their letters.
    if (text.size() + most_changes < wanted_.size()) return;
    const std::string lowered = lower_case(text);
    const bool is_part = wanted_.size() >= least_part && lowered.find(wanted_) != lowered.npos;
    if (!is_part && wanted_.size() + most_changes < lowered.size()) return;
    if (!is_part && !is_misspelling(wanted_, lowered)) return;
    const std::size_t distance = is_part ? 0 : edit_distance(wanted_, lowered);
    if (distance > least_) return;
    if (distance < least_) near_.clear();
    least_ = distance;
    near_.insert(text);
    if (near_.size() > most_texts) near_.erase(std::prev(near_.end()));
}

}  // namespace onnxhub
