// SPDX-License-Identifier: Apache-2.0
// A feed of new and changed models, for feed readers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hosting/export/hub_history.h"

namespace onnxhub {

/// The latest changes in a feed.
inline constexpr std::size_t feed_entry_limit = 100;

/// An Atom document (RFC 4287) with links to the catalog page beside the folder of the feed, or at
/// `base_url`. `changes` are sorted, the newest first. Texts may contain anything.
std::string atom_feed(const std::string& hub_name, const std::optional<std::string>& base_url,
                      const std::vector<HistoryEntry>& changes);

}  // namespace onnxhub
