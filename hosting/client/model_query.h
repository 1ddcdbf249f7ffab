// SPDX-License-Identifier: Apache-2.0
// Selects models of a hub, by the rules of list_models() and get_model_info().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hosting/client/hub_error.h"
#include "hosting/client/similar_texts.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Unset members match everything.
struct ModelFilter {
    std::optional<std::string> model;    ///< the whole name, compared without case
    std::vector<std::string> tags = {};  ///< any of them, compared without case
    std::optional<std::int64_t> opset;
    std::optional<std::uint64_t> max_bytes;  ///< size of the model with its external data
    std::optional<std::string> port_type;    ///< type of any port: "float" or "tensor(float)"
};

bool matches(const Entry& entry, const ModelFilter& filter);

/// Valid entries that match, in the order of the manifest.
std::vector<const ManifestEntry*> list_models(const ManifestDocument& document,
                                              const ModelFilter& filter);

/// Which of `words` the entry has in its name, path, tags, task, description, author or license,
/// compared without case (of ASCII letters).
std::vector<bool> words_in(const Entry& entry, const std::vector<std::string>& words);

void add_tags(const Entry& entry, SimilarTexts& tags);

/// Adds tags, the name, and words in them, in lower case: what users may mean by a word that
/// words_in() does not find.
void add_searched_words(const Entry& entry, SimilarTexts& words);

/// "MNIST@8": the model MNIST with opset 8.
struct ModelAtOpset {
    std::string model;
    std::int64_t opset = 0;
};

/// Nothing when the name has no opset, or a model of the hub has this whole name.
std::optional<ModelAtOpset> model_at_opset(const ManifestDocument& document,
                                           const std::string& name);

/// Selects a version of a model. Without constraints, the one with the largest opset.
struct VersionConstraint {
    std::optional<std::int64_t> opset;
    std::optional<std::int64_t> max_opset;
    /// Compared with the IR version of the entry's ONNX release.
    std::optional<std::int64_t> max_ir;
    /// Of several entries with this name and opset, takes the first of the manifest, as the Python
    /// client does. False: that is an error.
    bool takes_first = false;
};

struct ModelNotFound {
    HubProblem problem = HubProblem::model;
    std::string message;  ///< one clause
    std::string hint;     ///< the available alternatives; empty: there are none
};

/// The entry of `model` (compared without case) that satisfies the constraint. The error lists
/// similar names for an unknown name, available opsets for an unknown opset, and paths when several
/// files have the name.
std::variant<const ManifestEntry*, ModelNotFound> get_model_info(
    const ManifestDocument& document, const std::string& model,
    const VersionConstraint& constraint);

}  // namespace onnxhub
