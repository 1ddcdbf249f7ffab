// SPDX-License-Identifier: Apache-2.0
// Findings that [[validate.ignore]] in onnxhub.toml ignores.
#pragma once

#include <cstddef>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/settings.h"
#include "validator/finding_list.h"

namespace onnxhub {

/// For one shard of a hub: whether another shard needs an unused ignore is unknown.
void skip_unused_ignores(const Settings& settings, FindingList& findings);

/// Removes the findings that [[validate.ignore]] of `judging` ignores and returns their number.
/// `settings` are the hub's own settings, usually the same object. Unknown rules in them become
/// findings. So do ignores without a match, if `checked_everything`.
std::size_t apply_ignores(const Settings& settings, const Settings& judging,
                          bool checked_everything, std::vector<Finding>& findings);

/// Removes the warnings that `ignored` accepts, as [[validate.ignore]] does for findings, and
/// returns their number. Errors and notes stay.
std::size_t remove_accepted_warnings(const std::vector<IgnoredRule>& ignored,
                                     Diagnostics& diagnostics);

}  // namespace onnxhub
