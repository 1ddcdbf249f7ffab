// SPDX-License-Identifier: Apache-2.0
// Compares the models of two revisions of a hub.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "diff/diff_report.h"
#include "diff/model_diff.h"
#include "manifest/diagnostic.h"
#include "remote/hub_peek.h"
#include "repository/fetch_observer.h"
#include "repository/git_command.h"

namespace onnxhub {

/// The two sides of a comparison, with the meaning they have for `git diff`.
struct RevisionRange {
    std::string base = "HEAD";
    std::optional<std::string> head;  ///< absent: the working tree
    bool from_merge_base = false;

    bool operator==(const RevisionRange&) const = default;
};

/// Parses "BASE", "BASE..HEAD" or "BASE...HEAD". A missing name beside the dots means HEAD.
RevisionRange parse_revision_range(std::string_view text);

struct RevisionDiffRequest {
    std::filesystem::path folder = ".";  ///< the hub's top directory
    RevisionRange range = {};
    bool may_fetch = false;  ///< the history that the merge base needs in a shallow clone
    GitMessages messages = {};
    /// Reads graphs from servers: the Git LFS server and the mirrors that the base names.
    std::optional<PeekRequest> peek = {};
    FetchObserver* observer = nullptr;  ///< of `peek`; may be null
    /// Called with what was read for each side; may be empty.
    std::function<void(const PeekSummary&)> peeked = {};
};

/// Problems in the settings of both sides, and graphs that no server gives, are added to
/// `diagnostics`. A manifest that cannot be
/// read counts as missing. Throws UserError when the directory is in no repository, or when a
/// revision is unknown.
DiffReport compare_revisions(const RevisionDiffRequest& request, const DiffOptions& options,
                             Diagnostics& diagnostics);

}  // namespace onnxhub
