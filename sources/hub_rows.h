// SPDX-License-Identifier: Apache-2.0
// Reads all rows of a hub: from the root README to the models of every folder it names.
#pragma once

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/model_discovery.h"
#include "sources/row_list.h"
#include "sources/row_settings.h"
#include "sources/settings.h"

namespace onnxhub {

/// Reads the [[source]]s of the settings, or the official tables if there are none. Removes the
/// leading tags that the settings strip, and excluded models. What is unusable is reported, and the
/// others are read. Rows of sources are sorted by path.
HubRows read_hub_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                      Diagnostics& diagnostics);

}  // namespace onnxhub
