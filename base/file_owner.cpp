// SPDX-License-Identifier: Apache-2.0
#include "base/file_owner.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t account_text_size = 64 * 1024;  // bytes; large groups list all members

struct Account {
    std::string name;
    GroupId group = 0;
};

std::optional<Account> find_account(UserId user) {
    std::vector<char> text(account_text_size);
    passwd entry = {};
    passwd* found = nullptr;
    if (getpwuid_r(user, &entry, text.data(), text.size(), &found) != 0 || !found) return {};
    return Account{entry.pw_name, entry.pw_gid};
}

/// Whether `group` is the private group of `owner`: its primary one, with no other member. Systems
/// that give each user such a group often set the umask 002, so that all files are group-writable.
bool is_private_group(GroupId group, UserId owner) {
    const auto account = find_account(owner);
    if (!account || account->group != group) return false;
    std::vector<char> text(account_text_size);
    struct group entry = {};
    struct group* found = nullptr;
    if (getgrgid_r(group, &entry, text.data(), text.size(), &found) != 0 || !found) return false;
    if (account->name != entry.gr_name) return false;
    for (char** member = entry.gr_mem; *member; ++member) {
        if (account->name != *member) return false;
    }
    return true;
}

}  // namespace

TrustedOwners::TrustedOwners() : owners_{current_user(), 0} {}

TrustedOwners::TrustedOwners(const std::vector<UserId>& more) : TrustedOwners() {
    owners_.insert(owners_.end(), more.begin(), more.end());
}

TrustedOwners TrustedOwners::exactly(std::vector<UserId> owners) {
    TrustedOwners result;
    result.owners_ = std::move(owners);
    return result;
}

bool TrustedOwners::contains(UserId owner) const {
    return std::ranges::find(owners_, owner) != owners_.end();
}

std::optional<std::string> foreign_influence(const FileStatus& status,
                                             const TrustedOwners& owners) {
    if (!owners.contains(status.owner)) {
        return "is owned by another user (uid " + std::to_string(status.owner) + ")";
    }
    constexpr unsigned sticky = 01000, group_writes = 0020, others_write = 0002;
    if (status.is_folder() && (status.permissions & sticky) != 0) return std::nullopt;
    if ((status.permissions & others_write) != 0) return "can be written by all users";
    if ((status.permissions & group_writes) != 0 && !is_private_group(status.group, status.owner)) {
        return "can be written by a group (gid " + std::to_string(status.group) + ")";
    }
    return std::nullopt;
}

std::optional<ForeignInfluence> find_foreign_influence(const fs::path& path, const fs::path& below,
                                                       const TrustedOwners& owners) {
    auto status = status_of(path);
    if (!status) return std::nullopt;
    if (auto reason = foreign_influence(*status, owners)) {
        return ForeignInfluence{path, std::move(*reason)};
    }
    fs::path at = path;
    for (const fs::path& segment : below) {
        at /= segment;
        status = link_status_of(at);
        if (!status) return std::nullopt;
        if (status->is_symlink()) return ForeignInfluence{at, "is a symbolic link"};
        if (auto reason = foreign_influence(*status, owners)) {
            return ForeignInfluence{at, std::move(*reason)};
        }
    }
    return std::nullopt;
}

std::optional<UserId> find_user(const std::string& name_or_number) {
    UserId number = 0;
    const char* end = name_or_number.data() + name_or_number.size();
    const auto [stop, error] = std::from_chars(name_or_number.data(), end, number);
    if (error == std::errc() && stop == end) return number;
    std::vector<char> text(account_text_size);
    passwd entry = {};
    passwd* found = nullptr;
    if (getpwnam_r(name_or_number.c_str(), &entry, text.data(), text.size(), &found) != 0 ||
        !found) {
        return std::nullopt;
    }
    return entry.pw_uid;
}

}  // namespace onnxhub
