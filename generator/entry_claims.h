// SPDX-License-Identifier: Apache-2.0
// Entries of the present manifest that invalid rows may describe. They are kept unchanged until the
// rows are repaired.
#pragma once

#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "sources/hub_rows.h"

namespace onnxhub {

/// How certainly an entry belongs to an invalid row, weakest first.
enum class EntryClaim {
    none,
    possible,  ///< only by path, or by name and folder: another row may still match it
    certain,   ///< by path and name, or because its whole README is unusable
};

/// Invalid rows and READMEs of a hub.
struct InvalidRows {
    bool has_lost_root = false;             ///< the top README is at least partly unusable
    std::vector<std::string> lost_readmes;  ///< unusable READMEs of folders
    std::vector<BrokenRow> rows;
};

/// The invalid rows and READMEs of a hub, which may describe entries without a row.
InvalidRows invalid_rows(const HubRows& hub);

/// The claims on the entries of `present`, by position. A row claims the entries at its path if
/// there are any, otherwise those with its name below its README's folder. Linear in entries and
/// rows.
std::vector<EntryClaim> claim_entries(const ManifestDocument& present, const InvalidRows& in_error);

/// Sets each of `claims` to the stronger of the two. Both have the same size, or `more` is empty.
void add_claims(const std::vector<EntryClaim>& more, std::vector<EntryClaim>& claims);

}  // namespace onnxhub
