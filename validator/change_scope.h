// SPDX-License-Identifier: Apache-2.0
// Which findings belong to a change.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "repository/tree.h"
#include "validator/finding.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// Whether the content at `path` differs. Unreadable files always differ.
bool has_changed(const Tree& base, const Tree& now, const std::string& path);

/// Compares the hub with its earlier state. Both trees must outlive the object.
class ChangeScope {
public:
    /// Findings use the same file name for `base_manifest` and the manifest of `now`.
    ChangeScope(const Tree& base, const ManifestText& base_manifest, const HubState& now);

    /// Whether the finding is about an entry, row, line or file that differs from the base, or
    /// about a model or archive that differs.
    bool touches(const Finding& finding);

private:
    struct FileChange {
        bool is_changed = false;
        std::unordered_set<std::string> base_lines;
    };
    const FileChange& change_of(const std::string& file);
    bool is_changed(const std::string& file);
    bool touches_manifest(const Finding& finding) const;

    const Tree& base_;
    const HubState& now_;
    bool manifest_changed_ = false;
    std::vector<int> touched_entries_;  ///< first lines of entries that are not in the base, sorted
    std::map<int, int> entry_ends_;     ///< last line of each entry, by its first
    std::map<std::string, bool> changed_files_;
    std::map<std::string, FileChange> changes_;
};

/// Keeps findings that the change touches, and findings that the base does not have: a file that
/// the change deletes may be named elsewhere. `base_findings` are the findings of the base.
std::vector<Finding> findings_of_change(std::vector<Finding> findings, ChangeScope& scope,
                                        const std::vector<Finding>& base_findings);

}  // namespace onnxhub
