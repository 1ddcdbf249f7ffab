// SPDX-License-Identifier: Apache-2.0
// Rows of the official layout: from the root README to the tables of every folder it names. Private
// to this module.
#pragma once

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/row_list.h"
#include "sources/settings.h"

namespace onnxhub {

/// Reads the READMEs of the tree. Removes the leading tags that the settings strip, and excluded
/// models. An unusable folder or README is reported, and the others are read.
HubRows read_official_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                           Diagnostics& diagnostics);

}  // namespace onnxhub
