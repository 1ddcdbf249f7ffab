// SPDX-License-Identifier: Apache-2.0
// Findings a hub knows of already, in a file.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "validator/finding.h"

namespace onnxhub {

/// Takes the findings that `file` knows out of the report, and says in its notices how many they
/// were and, where everything was checked, which are fixed. `text`: what the file holds, where that
/// is known already. Throws UserError when the file can't be read or is no baseline.
void pass_baseline(const std::string& file, const std::optional<std::string>& text,
                   bool checked_everything, ValidationReport& report);

/// Writes the report's findings for pass_baseline(); reasons that people gave in the file are kept.
void save_baseline(const std::string& file, const ValidationReport& report, const Streams& streams);

}  // namespace onnxhub
