// SPDX-License-Identifier: Apache-2.0
// The file of findings that a hub accepts for now.
#pragma once

#include <optional>
#include <string>

#include "validator/finding.h"

namespace onnxhub {

/// Removes the findings in `file` from the report. Its notices count them and, where everything was
/// checked, list those that are fixed. `text` is the content of the file, where it is known
/// already. Throws UserError when the file cannot be read or is not a baseline.
void apply_baseline(const std::string& file, const std::optional<std::string>& text,
                    bool checked_everything, ValidationReport& report);

/// Writes the findings of the report for apply_baseline(). Reasons that people wrote into the file
/// are kept.
void save_baseline(const std::string& file, const ValidationReport& report);

}  // namespace onnxhub
