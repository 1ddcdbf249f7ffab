// SPDX-License-Identifier: Apache-2.0
#include "generator/index_snapshot.h"

#include <strings.h>
#include <algorithm>
#include <cstring>

#include "generator/git_handle.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

FileTime to_time(const struct timespec& time) {
    return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

/// Whether both moments are the same as far as both recorders could tell.
bool same_time(const FileTime& recorded, const FileTime& now, bool whole_seconds) {
    // The index keeps 32 bits of the seconds.
    if (static_cast<std::uint32_t>(recorded.seconds) != static_cast<std::uint32_t>(now.seconds)) {
        return false;
    }
    if (whole_seconds || recorded.nanoseconds == 0 || now.nanoseconds == 0) return true;
    return recorded.nanoseconds == now.nanoseconds;
}

/// Whether a write after the index was made could have left the recorded time on the file.
bool is_racy(const FileTime& recorded, const FileTime& index_time) {
    const bool has_nanoseconds = recorded.nanoseconds != 0 && index_time.nanoseconds != 0;
    if (!has_nanoseconds) return recorded.seconds >= index_time.seconds;
    if (recorded.seconds != index_time.seconds) return recorded.seconds > index_time.seconds;
    return recorded.nanoseconds >= index_time.nanoseconds;
}

StatTrust read_trust(git_repository* repository) {
    StatTrust trust;
    git_config* opened = nullptr;
    if (git_repository_config_snapshot(&opened, repository) != 0) return trust;
    const GitConfig config(opened);
    int flag = 0;
    if (git_config_get_bool(&flag, opened, "core.trustctime") == 0) trust.change_time = flag != 0;
    const char* check = nullptr;
    if (git_config_get_string(&check, opened, "core.checkstat") == 0) {
        trust.minimal = strcasecmp(check, "minimal") == 0;
    }
    return trust;
}

IndexedFile to_indexed_file(const git_index_entry& entry, std::size_t prefix) {
    IndexedFile file;
    file.path = entry.path + prefix;
    file.id = to_blob_id(entry.id);
    file.mode = entry.mode;
    file.modified = {entry.mtime.seconds, entry.mtime.nanoseconds};
    file.changed = {entry.ctime.seconds, entry.ctime.nanoseconds};
    file.inode = entry.ino;
    file.user = entry.uid;
    file.group = entry.gid;
    file.size = entry.file_size;
    file.is_settled = git_index_entry_stage(&entry) == 0 &&
                      (entry.flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) == 0;
    return file;
}

}  // namespace

bool is_unmodified(const IndexedFile& recorded, const struct stat& now, const FileTime& index_time,
                   const StatTrust& trust) {
    if (!recorded.is_settled || !S_ISREG(now.st_mode) || !S_ISREG(recorded.mode)) return false;
    // A size of 0 is also git's mark for "look again" (racily clean entries): hashing nothing is
    // cheap anyway.
    if (recorded.size == 0 || recorded.size != static_cast<std::uint32_t>(now.st_size))
        return false;
    if (!same_time(recorded.modified, to_time(now.st_mtim), trust.minimal)) return false;
    if (is_racy(recorded.modified, index_time)) return false;
    if (trust.minimal) return true;
    if (trust.change_time && !same_time(recorded.changed, to_time(now.st_ctim), false))
        return false;
    return recorded.inode == static_cast<std::uint32_t>(now.st_ino) &&
           recorded.user == static_cast<std::uint32_t>(now.st_uid) &&
           recorded.group == static_cast<std::uint32_t>(now.st_gid);
}

IndexSnapshot IndexSnapshot::read(git_repository* repository, const std::string& subfolder) {
    IndexSnapshot snapshot;
    snapshot.trust_ = read_trust(repository);
    git_index* opened = nullptr;
    if (git_repository_index(&opened, repository) != 0) {
        throw EnvironmentError("git index: can't be read (" + git_message() +
                               "); check the repository with `git status`");
    }
    const GitIndex index(opened);
    // Before the entries are read again: should git write meanwhile, the older time trusts less.
    struct stat status = {};
    const char* path = git_index_path(opened);
    if (!path || stat(path, &status) != 0) return snapshot;
    snapshot.index_time_ = to_time(status.st_mtim);
    if (git_index_read(opened, 1) != 0) {
        throw EnvironmentError(std::string(path) + ": is damaged (" + git_message() +
                               "); rebuild it with `git reset`");
    }
    const std::string prefix = subfolder.empty() ? "" : subfolder + "/";
    for (std::size_t i = 0; i < git_index_entrycount(opened); ++i) {
        const git_index_entry* entry = git_index_get_byindex(opened, i);
        if (!std::string_view(entry->path).starts_with(prefix)) continue;
        snapshot.files_.push_back(to_indexed_file(*entry, prefix.size()));
    }
    std::stable_sort(snapshot.files_.begin(), snapshot.files_.end(),
                     [](const IndexedFile& a, const IndexedFile& b) { return a.path < b.path; });
    return snapshot;
}

const IndexedFile* IndexSnapshot::find(const std::string& path) const {
    const auto found = std::lower_bound(
        files_.begin(), files_.end(), path,
        [](const IndexedFile& file, const std::string& wanted) { return file.path < wanted; });
    return found != files_.end() && found->path == path ? &*found : nullptr;
}

bool IndexSnapshot::is_unmodified(const IndexedFile& recorded, const struct stat& now) const {
    return onnxhub::is_unmodified(recorded, now, index_time_, trust_);
}

}  // namespace onnxhub
