// SPDX-License-Identifier: Apache-2.0
// Suggestions for a name that a hub does not have ("did you mean").
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace onnxhub {

/// Collects, of any number of texts, those that are most similar to a wanted one or contain it;
/// compared without case (of ASCII letters).
class SimilarTexts {
public:
    explicit SimilarTexts(const std::string& wanted);

    void add(const std::string& text);

    /// In the order of their bytes, eight at most.
    std::vector<std::string> found() const { return {near_.begin(), near_.end()}; }

private:
    std::string wanted_;  ///< in lower case
    std::size_t least_ = std::string::npos;
    std::set<std::string> near_;  ///< all have the distance `least_`
};

}  // namespace onnxhub
