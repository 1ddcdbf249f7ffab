// SPDX-License-Identifier: Apache-2.0
// Compares the URLs that two sides state for a model. Private to this module.
#pragma once

#include <string>
#include <vector>

#include "diff/model_change.h"

namespace onnxhub {

/// The URLs of `list` that `known` lacks, in order.
std::vector<std::string> urls_missing_in(const std::vector<std::string>& known,
                                         const std::vector<std::string>& list);

/// One change for each URL that was replaced, removed or added, in order; or one change of
/// "<field> order", since clients try the URLs in their order.
std::vector<FieldChange> compare_sources(const std::string& field,
                                         const std::vector<std::string>& before,
                                         const std::vector<std::string>& after);

}  // namespace onnxhub
