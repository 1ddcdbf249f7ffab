// SPDX-License-Identifier: Apache-2.0
// The rows of one side's tables, and the READMEs that could not be read. Private to this module.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "diff/hub_side.h"
#include "sources/readme_table.h"

namespace onnxhub {

/// Rows by model path, including rows of discovered models.
using RowsByPath = std::map<std::string, std::vector<ModelRow>>;

struct SideRows {
    RowsByPath rows;
    std::set<std::string> unread_readmes;  ///< existing but not readable
    bool has_lost_root = false;            ///< the root README is one of them
    std::vector<std::string> notes;        ///< clauses: what could not be read, and why

    /// Whether all rows of the model at `path` on this side are known. They are not if `other` has
    /// a row of it in a README that is not readable on this side.
    bool knows_rows_of(const std::string& path, const SideRows& other) const;

    const std::vector<ModelRow>& at(const std::string& path) const;  ///< empty: none
};

SideRows read_side_rows(const HubSide& side, unsigned jobs);

/// Adds models of `other` whose README is not readable on this side, because this side may still
/// have their files.
void add_models_of_unread_readmes(SideRows& side, const SideRows& other);

}  // namespace onnxhub
