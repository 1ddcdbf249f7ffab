// SPDX-License-Identifier: Apache-2.0
// Rows of a hub whose settings have [[source]] or [[override]]. Private to this module.
#pragma once

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/row_list.h"
#include "sources/settings.h"

namespace onnxhub {

/// Reads all sources in their order, merges what they state of each model, and applies overrides.
/// Models that no source describes, and settings that match nothing, are reported.
HubRows read_source_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                         Diagnostics& diagnostics);

}  // namespace onnxhub
