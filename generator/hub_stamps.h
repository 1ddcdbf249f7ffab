// SPDX-License-Identifier: Apache-2.0
// Whether a working hub stayed as it was while a command read it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "repository/tree.h"

namespace onnxhub {

class HubStamps {
public:
    /// Remembers the state of every file that `tree`, the hub in `folder`, lists.
    HubStamps(std::filesystem::path folder, const Tree& tree);

    /// Throws UserError when one of `paths`, a README, the settings, .gitattributes or the
    /// manifest was changed or removed since: by an editor, or by git in a checkout. A result of
    /// what was read before and after that would be of no state the hub ever had. Paths that the
    /// tree did not list are ignored.
    void require_unchanged(const std::vector<std::string>& paths) const;

private:
    std::filesystem::path folder_;
    std::map<std::string, FileStamp> stamps_;
};

}  // namespace onnxhub
