// SPDX-License-Identifier: Apache-2.0
// When the models of a hub were added and changed, from the versions of its manifest in git.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "repository/commit_id.h"

namespace onnxhub {

/// A commit that added a model or changed its bytes.
struct HistoryEntry {
    std::int64_t seconds = 0;  ///< since 1970
    CommitId commit;
    bool is_new = false;  ///< else its bytes changed
    std::string model;
    std::string path;
    std::string sha;  ///< hexadecimal digits; "" if unknown
};

/// Limits of what is read. A hub with a longer history has the latest changes.
inline constexpr std::size_t history_commit_limit = 2'000;
inline constexpr std::size_t history_manifest_limit = 50;                       // versions
inline constexpr std::uint64_t history_manifest_size = std::uint64_t{8} << 20;  // bytes of each

/// Newest first; changes of one commit by path. Only models of the present manifest. `location` is
/// that of LocalHub. Empty for hubs that are not in git, and when the history cannot be read.
std::vector<HistoryEntry> hub_history(const std::string& location);

}  // namespace onnxhub
