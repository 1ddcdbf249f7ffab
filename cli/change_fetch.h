// SPDX-License-Identifier: Apache-2.0
// What a change may have fetched for it.
#pragma once

#include <string>
#include <vector>

#include "cli/hub_folder.h"
#include "cli/validation_sweep.h"
#include "repository/change_base.h"

namespace onnxhub {

/// Leaves the files whose objects no pointer of the base named: not what a change doesn't touch,
/// nor what it only gives another name. Where nothing may be fetched, why, and no models: whoever
/// made the change must not choose the server, nor have everybody's models fetched by a base that
/// can't be found.
std::string keep_models_of_change(const HubFolder& hub, const ChangeBase& base,
                                  std::vector<ModelToFetch>& models);

}  // namespace onnxhub
