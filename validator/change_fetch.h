// SPDX-License-Identifier: Apache-2.0
// Decides which models may be fetched to check a change.
#pragma once

#include <string>
#include <vector>

#include "validator/repository_change.h"
#include "validator/validation_sweep.h"

namespace onnxhub {

/// Keeps the files whose objects no pointer of the base names: what the change does not touch, or
/// only renames, is not fetched. `change` is null when the base is unknown. When nothing may be
/// fetched, removes all models and gives the reason: the author of a change must not choose the
/// server, nor use an unknown base to have all models fetched.
std::string keep_models_of_change(RepositoryChange* change, std::vector<ModelToFetch>& models);

/// Keeps the same files, for any server that the change names.
void keep_changed_objects(const RepositoryChange& change, std::vector<ModelToFetch>& models);

}  // namespace onnxhub
