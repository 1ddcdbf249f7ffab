// SPDX-License-Identifier: Apache-2.0
// Whether a working hub stayed as it was while a command read it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "repository/hub_folder.h"

namespace onnxhub {

class HubStamps {
public:
    /// Remembers the state of every file that the tree of `hub` lists. The hub was just opened, and
    /// must outlive the object.
    explicit HubStamps(const HubFolder& hub);

    /// Throws UserError when one of `paths`, a README, the settings, .gitattributes or the
    /// manifest was changed or removed since: by an editor, or by git in a checkout. A result of
    /// what was read before and after that would be of no state the hub ever had. Paths that the
    /// tree did not list are ignored. Throws too when git worked and the hub has files now that it
    /// did not have: a checkout removes files and writes them again.
    void require_unchanged(const std::vector<std::string>& paths) const;

private:
    void require_nothing_new() const;

    const HubFolder& hub_;
    std::map<std::string, FileStamp> stamps_;
};

}  // namespace onnxhub
