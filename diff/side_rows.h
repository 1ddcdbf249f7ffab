// SPDX-License-Identifier: Apache-2.0
// What the tables of one side say, and which of them could not be read. Only for the sources of
// this room.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "diff/hub_side.h"
#include "generator/readme_table.h"

namespace onnxhub {

/// Rows by their models' paths; of models in no table, those discovery makes.
using RowsByPath = std::map<std::string, std::vector<ReadmeModel>>;

struct SideRows {
    RowsByPath rows;
    std::set<std::string> unread_readmes;  ///< that are there and can't be read
    bool has_lost_root = false;            ///< the root's README is one of them
    std::vector<std::string> notes;        ///< what could not be read, and why: clauses

    /// Whether it is known which rows the model at `path` has here; `other` may know it from a
    /// README that can't be read here.
    bool knows_rows_of(const std::string& path, const SideRows& other) const;

    const std::vector<ReadmeModel>& at(const std::string& path) const;  ///< empty: none
};

SideRows read_side_rows(const HubSide& side, unsigned jobs);

/// Models that the rows of `other` name, where this side's README could not be read: whether their
/// files are here is known without it.
void add_models_of_unread_readmes(SideRows& side, const SideRows& other);

}  // namespace onnxhub
