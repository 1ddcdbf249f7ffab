// SPDX-License-Identifier: Apache-2.0
// Decides which users' files are trusted. In a shared folder any user may have placed a file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file_status.h"

namespace onnxhub {

/// The users whose files this process trusts like its own.
class TrustedOwners {
public:
    /// The user of this process (its effective user) and root.
    TrustedOwners();
    /// Also trusts these users.
    explicit TrustedOwners(const std::vector<UserId>& more);
    /// Only these, for tests: not even the user of this process.
    static TrustedOwners exactly(std::vector<UserId> owners);

    bool contains(UserId owner) const;

private:
    std::vector<UserId> owners_;
};

/// Why another user can change the file with this `status`: one clause such as "is owned by another
/// user (uid 1001)". Nothing when no other user can. A group whose only member is the file's owner
/// (a private group) does not count as another user. In a folder with the sticky bit, users can
/// replace only their own files.
std::optional<std::string> foreign_influence(const FileStatus& status, const TrustedOwners& owners);

/// The same for the folder at `path` and each path below it on the way to `below`, which is
/// relative and clean. The result is the first path that is a symbolic link or that another user
/// can change, with the reason. The search ends at a missing file. `path` itself may be a link.
struct ForeignInfluence {
    std::filesystem::path path;
    std::string reason;
};
std::optional<ForeignInfluence> find_foreign_influence(const std::filesystem::path& path,
                                                       const std::filesystem::path& below,
                                                       const TrustedOwners& owners);

/// The uid of the user with this name, or the uid in decimal digits. Nothing when the user does not
/// exist.
std::optional<UserId> find_user(const std::string& name_or_number);

}  // namespace onnxhub
