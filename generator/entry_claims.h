// SPDX-License-Identifier: Apache-2.0
// Entries of the present manifest that rows in error may stand for: they have to stay as they are
// until the rows are repaired.
#pragma once

#include <string>
#include <vector>

#include "generator/readme_table.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// How an entry belongs to a row in error, weakest first.
enum class EntryClaim {
    none,
    possible,  ///< by path alone, or by name and folder: another row may still have it
    certain,   ///< by path and name, or its whole README can't be used
};

/// What is in error in the tables of a hub.
struct RowsInError {
    bool has_lost_root = false;             ///< the top README can't be used, or not wholly
    std::vector<std::string> lost_readmes;  ///< likewise, of folders
    std::vector<BrokenRow> rows;
};

/// The claims on the entries of `present`, by position. A row claims the entries at its path, where
/// there are any, else those of its name below its README's folder. Linear in entries and rows.
std::vector<EntryClaim> claim_entries(const ManifestDocument& present, const RowsInError& in_error);

/// Makes each of `claims` the stronger of the two. Both have the same size, or `more` is empty.
void add_claims(const std::vector<EntryClaim>& more, std::vector<EntryClaim>& claims);

}  // namespace onnxhub
