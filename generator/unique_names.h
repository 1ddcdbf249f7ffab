// SPDX-License-Identifier: Apache-2.0
// Gives models of different origin names of their own. Clients choose a model by name and opset,
// and compare names without case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "manifest/entry_name.h"

namespace onnxhub {

/// A model that needs a name.
struct NamedModel {
    EntryName wanted;        ///< with the name that its source gives
    std::size_t source = 0;  ///< position of the [[source]]; the names of earlier ones stay
    /// Texts that tell it from others, most important first.
    std::vector<std::string> distinguish;
    bool is_fixed = false;  ///< the name is part of a table and must not change
};

struct UniqueNames {
    std::vector<std::string> names;  ///< of the models, in their order
    /// Positions of models with a longer name that no present entry has, ascending.
    std::vector<std::size_t> distinguished;
};

/// A name is unique for each opset, and it is spelled alike at all opsets. Models whose names
/// collide get their distinguishing texts, one after the other, until they differ: "GPT-2 (torch
/// hub)". If these are not enough, the shortest part of the path follows that no other has. A model
/// keeps the name of its present entry, so a new model renames no other. `present` are the entries
/// at the paths of the models; `taken` are entries that stay and belong to none of the models. O(n
/// log n) for n models.
UniqueNames unique_names(const std::vector<NamedModel>& models,
                         const std::vector<EntryName>& present,
                         const std::vector<EntryName>& taken);

}  // namespace onnxhub
