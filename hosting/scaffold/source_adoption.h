// SPDX-License-Identifier: Apache-2.0
// Makes an existing repository a hub with settings alone: its other files stay as they are.
#pragma once

#include <string>

#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/layout_choice.h"

namespace onnxhub {

struct SourceAdoption {
    bool has_sources = false;  ///< the settings had [[source]] before and were not changed
    LayoutChoice choice;       ///< empty with `has_sources`
};

/// Adds the [[source]] tables of the layouts that the repository has to onnxhub.toml, which is made
/// if it does not exist. `hub_name` names models whose layout has no names. The change is applied;
/// the caller keeps it. Throws UserError when the present settings cannot be used.
SourceAdoption adopt_with_sources(const std::string& hub_name, unsigned jobs,
                                  FileTransaction& change);

}  // namespace onnxhub
