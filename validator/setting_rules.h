// SPDX-License-Identifier: Apache-2.0
// Family "settings": onnxhub.toml. The settings reader and apply_ignores() report its findings.
#pragma once

#include <span>

#include "validator/finding.h"

namespace onnxhub {

std::span<const RuleInfo> setting_rules();

}  // namespace onnxhub
