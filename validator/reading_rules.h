// SPDX-License-Identifier: Apache-2.0
// Rules about README tables that are reported while they are read, also by `generate`.
#pragma once

#include <span>

#include "validator/finding.h"

namespace onnxhub {

/// Family "tables". The diagnostics of sources/ and generator/ have their ids.
std::span<const RuleInfo> reading_rules();

}  // namespace onnxhub
