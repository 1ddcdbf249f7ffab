// SPDX-License-Identifier: Apache-2.0
#include "repository/hub_lock.h"

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "repository/git_folder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_file_name = ".onnxhub-lock";

// `git status` holds the lock for a moment, a checkout until all files are written.
constexpr int git_polls = 60;
constexpr std::chrono::milliseconds git_poll_interval{50};

/// Whether the name matches temporary_files_pattern.
bool is_temporary_name(std::string_view name) {
    constexpr std::string_view prefix = ".onnxhub-";
    constexpr std::string_view suffix = ".tmp";
    return name.size() > prefix.size() + suffix.size() && name.starts_with(prefix) &&
           name.ends_with(suffix);
}

void ignore_in(const GitRepository& repository, const std::string& pattern) {
    try {
        add_line(repository, GitInfo::exclude, pattern);
    } catch (const UserError&) {  // the hub itself can still be written
    }
}

}  // namespace

HubLock::HubLock(const fs::path& hub, LockWait wait) : hub_(hub), wait_(std::move(wait)) {
    std::error_code error;
    if (!fs::is_directory(hub_, error)) return;
    repository_ = GitRepository::find(hub_);
    if (repository_ && repository_->is_bare()) repository_.reset();
    if (repository_) ignore_in(*repository_, temporary_files_pattern);
    lock_ = FileLock::take(hub_, wait_);
    if (!lock_.is_held()) {
        if (repository_) ignore_in(*repository_, lock_file_name);
        lock_ = FileLock::take_file(hub_ / lock_file_name, wait_);
    }
    is_exclusive_ = lock_.is_held();
    if (is_exclusive_) remove_abandoned_files(hub_);
    wait_for_git();
}

void HubLock::wait_for_git() const {
    if (!repository_) return;
    for (int polls = 0; is_git_at_work(*repository_); ++polls) {
        wait_.check_interruption();
        if (polls == git_polls) {
            throw UserError(index_lock_of(*repository_).string() +
                            ": a git command is changing the working tree, so nothing was "
                            "written; run this again when it has finished, or remove the file "
                            "if no git is running");
        }
        std::this_thread::sleep_for(git_poll_interval);
    }
}

void ignore_temporary_files(const fs::path& folder) {
    const auto repository = GitRepository::find(folder);
    if (repository && !repository->is_bare()) ignore_in(*repository, temporary_files_pattern);
}

std::size_t remove_abandoned_files(const fs::path& hub) {
    std::vector<fs::path> found;
    std::error_code error;
    fs::recursive_directory_iterator at(hub, fs::directory_options::skip_permission_denied, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;
        const fs::path& path = at->path();
        if (is_temporary_name(path.filename().string())) found.push_back(path);
        const bool is_folder = fs::is_directory(at->symlink_status(ignored));
        if (is_folder && (path.filename() == ".git" || fs::exists(path / ".git", ignored))) {
            at.disable_recursion_pending();
        }
    }
    std::size_t removed = 0;
    for (const fs::path& path : found) removed += remove_unless_locked(path) ? 1 : 0;
    return removed;
}

}  // namespace onnxhub
