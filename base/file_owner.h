// SPDX-License-Identifier: Apache-2.0
// Whose files may be used: in folders that several users share, anyone may have planted one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file_status.h"

namespace onnxhub {

/// The users whose files are as good as our own.
class TrustedOwners {
public:
    /// The user of this process (its effective user) and root.
    TrustedOwners();
    /// These as well.
    explicit TrustedOwners(const std::vector<UserId>& more);
    /// Only these, for tests: not even the user of this process.
    static TrustedOwners exactly(std::vector<UserId> owners);

    bool contains(UserId owner) const;

private:
    std::vector<UserId> owners_;
};

/// Why another user may change the file with this `status`: one clause such as "is owned by another
/// user (uid 1001)". Nothing when no one else can. A group that has no member but the file's owner
/// (a user's private group) is not someone else. The sticky bit of a folder counts: in it users can
/// only replace files of their own.
std::optional<std::string> foreign_influence(const FileStatus& status, const TrustedOwners& owners);

/// The same for the folder at `path` and the regular files and folders below it on the way to
/// `below`, which is relative and clean: the first path that is a symbolic link or that another
/// user may change, and why. A file that is not there ends the search. `path` itself may be a link.
struct ForeignInfluence {
    std::filesystem::path path;
    std::string reason;
};
std::optional<ForeignInfluence> find_foreign_influence(const std::filesystem::path& path,
                                                       const std::filesystem::path& below,
                                                       const TrustedOwners& owners);

/// The number of the user with this name, or which is written in decimal digits; nothing when there
/// is no such user.
std::optional<UserId> find_user(const std::string& name_or_number);

}  // namespace onnxhub
