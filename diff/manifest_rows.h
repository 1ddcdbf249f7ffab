// SPDX-License-Identifier: Apache-2.0
// Models that only the manifest describes: nothing else says that they are elsewhere. Private to
// this module.
#pragma once

#include <set>
#include <string>

#include "diff/hub_side.h"
#include "diff/side_rows.h"

namespace onnxhub {

/// The paths of models elsewhere in the manifest of a hub without [[source]]. Its tables cannot
/// state URLs.
std::set<std::string> models_elsewhere_in_manifest(const HubSide& side);

/// Adds rows for the entries of these models that no table describes.
void add_manifest_rows(const HubSide& side, const std::set<std::string>& paths, SideRows& rows);

}  // namespace onnxhub
