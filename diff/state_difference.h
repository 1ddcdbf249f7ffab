// SPDX-License-Identifier: Apache-2.0
// Two states of a model side by side. Only for the sources of this module.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/model_change.h"
#include "diff/model_state.h"

namespace onnxhub {

/// What differs. What only one side knows is another now only if the bytes are: of models with the
/// same bytes the unknown side is what the known one is.
std::vector<FieldChange> compare_states(const ModelState& before, const ModelState& after,
                                        bool has_same_bytes);

/// What a model is that one side alone has.
std::vector<FieldChange> fields_of_lone(const ModelState& state, bool is_new);

/// What could not be compared in a model whose bytes differ; "" when all was.
std::string comparison_note(const ModelState& before, const ModelState& after);

}  // namespace onnxhub
