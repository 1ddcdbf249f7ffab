// SPDX-License-Identifier: Apache-2.0
// Takes the facts of one model from a document. Private to this module.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/document.h"
#include "sources/source_reader.h"
#include "sources/source_settings.h"

namespace onnxhub {

/// Longer values of facts are refused: they are texts for people.
inline constexpr std::size_t fact_size_limit = 4096;  // bytes

/// What a document states of one model. Line breaks and repeated blanks in values are one space.
struct DocumentFacts {
    /// All facts but url, path and tags. Empty values are left out.
    std::map<Fact, StatedValue> values;
    std::optional<StatedValue> path;
    std::vector<StatedValue> urls;
    std::vector<std::string> tags;
};

/// The `facts` of a source, with their paths parsed. Thread-safe.
class FactPaths {
public:
    /// Throws UserError for paths that the settings' reader refuses.
    explicit FactPaths(const SourceSettings& source);

    /// For parse_document().
    const std::vector<DocumentPath>& all() const { return paths_; }

    /// Whether `value` has a value for `fact`.
    bool has(const DocumentValue& value, Fact fact) const;

    /// The facts below `root`. A value that is not a text (url and tags: a list of texts) is
    /// reported and left out.
    DocumentFacts read(const DocumentValue& root, const std::string& file,
                       Diagnostics& diagnostics) const;

private:
    std::vector<Fact> facts_;
    std::vector<DocumentPath> paths_;  ///< of facts_
};

}  // namespace onnxhub
