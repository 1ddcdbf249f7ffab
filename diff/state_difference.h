// SPDX-License-Identifier: Apache-2.0
// Compares two states of a model. Private to this module.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "diff/model_change.h"
#include "diff/model_state.h"

namespace onnxhub {

/// The differences. If only one side knows a property, it counts as changed, unless both sides have
/// the same content.
std::vector<FieldChange> compare_states(const ModelState& before, const ModelState& after,
                                        bool has_same_bytes);

/// The properties of a model that only one side has.
std::vector<FieldChange> fields_of_lone(const ModelState& state, bool is_new);

/// What was not compared in a model whose content differs; "": nothing.
std::string comparison_note(const ModelState& before, const ModelState& after);

}  // namespace onnxhub
