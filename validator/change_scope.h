// SPDX-License-Identifier: Apache-2.0
// What a change touches: findings a pull request has to answer for.
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

/// Compares the hub with an earlier state of it. Both trees must outlive the object.
class ChangeScope {
public:
    /// `base_manifest` goes by the same file name in findings as that of `now`.
    ChangeScope(const Tree& base, const ManifestText& base_manifest, const HubState& now);

    /// Whether the finding is about an entry, a row, a line or a file that differs from the base,
    /// or about a model or archive that does.
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
    std::vector<int> touched_entries_;  ///< first lines of entries the base doesn't have, sorted
    std::map<int, int> entry_ends_;     ///< last line of each entry, by its first
    std::map<std::string, bool> changed_files_;
    std::map<std::string, FileChange> changes_;
};

/// Leaves what the change touches, and of the rest what was not found in the base already: a file
/// the change deleted may be named far away. `base_findings` are those of the base.
std::vector<Finding> findings_of_change(std::vector<Finding> findings, ChangeScope& scope,
                                        const std::vector<Finding>& base_findings);

}  // namespace onnxhub
