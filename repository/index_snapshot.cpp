// SPDX-License-Identifier: Apache-2.0
#include "repository/index_snapshot.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "repository/git_handle.h"
#include "repository/index_extensions.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t index_size_limit = std::uint64_t{1} << 30;  // bytes

/// Whether both times are equal, at the precision that both have.
bool same_time(const FileTime& recorded, const FileTime& now, bool whole_seconds) {
    // The index stores 32 bits of the seconds.
    if (static_cast<std::uint32_t>(recorded.seconds) != static_cast<std::uint32_t>(now.seconds)) {
        return false;
    }
    if (whole_seconds || recorded.nanoseconds == 0 || now.nanoseconds == 0) return true;
    return recorded.nanoseconds == now.nanoseconds;
}

/// Whether a write after the index was written could have left the recorded time on the file. Must
/// use whole seconds if the times were compared in whole seconds.
bool is_racy(const FileTime& recorded, const FileTime& index_time, bool whole_seconds) {
    if (whole_seconds || recorded.nanoseconds == 0 || index_time.nanoseconds == 0) {
        return recorded.seconds >= index_time.seconds;
    }
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
        trust.minimal = equals_ignoring_case(check, "minimal");
    }
    return trust;
}

/// The index has 32 bits for the seconds. They are unsigned, so that times after 2038 stay correct.
FileTime to_time(const git_index_time& time) {
    return {static_cast<std::uint32_t>(time.seconds), time.nanoseconds};
}

IndexedFile to_indexed_file(const git_index_entry& entry, std::size_t prefix) {
    IndexedFile file;
    file.path = entry.path + prefix;
    file.id = to_blob_id(entry.id);
    file.mode = entry.mode;
    file.modified = to_time(entry.mtime);
    file.changed = to_time(entry.ctime);
    file.inode = entry.ino;
    file.user = entry.uid;
    file.group = entry.gid;
    file.size = entry.file_size;
    file.is_settled = git_index_entry_stage(&entry) == 0 &&
                      (entry.flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) == 0;
    return file;
}

/// What to do about an index that libgit2 cannot read. libgit2 has no error code for extensions
/// that it does not support.
std::string index_remedy(const std::filesystem::path& path) {
    std::vector<std::string> extensions;
    try {
        extensions = index_extensions(read_file(path, index_size_limit));
    } catch (const UserError&) {  // the first error says why
    }
    if (std::ranges::count(extensions, "link") > 0) {
        return "join the split index with `git update-index --no-split-index`";
    }
    if (std::ranges::count(extensions, "sdir") > 0) {
        return "write a full one with `git sparse-checkout reapply --no-sparse-index`";
    }
    return "check it with `git status`, rebuild it with `git reset`";
}

}  // namespace

bool is_unmodified(const IndexedFile& recorded, const FileStatus& now, const FileTime& index_time,
                   const StatTrust& trust) {
    if (!recorded.is_settled || !now.is_regular() || !recorded.is_regular()) return false;
    // Git also uses size 0 to mark entries that it must check again (racily clean). Hashing an
    // empty file is cheap anyway.
    if (recorded.size == 0 || recorded.size != static_cast<std::uint32_t>(now.size_bytes))
        return false;
    const FileTime& modified = now.modified;
    if (!same_time(recorded.modified, modified, trust.minimal)) return false;
    if (is_racy(recorded.modified, index_time, trust.minimal || modified.nanoseconds == 0)) {
        return false;
    }
    if (trust.change_time && !same_time(recorded.changed, now.changed, trust.minimal)) {
        return false;
    }
    if (trust.minimal) return true;
    return recorded.inode == static_cast<std::uint32_t>(now.inode) && recorded.user == now.owner &&
           recorded.group == now.group;
}

IndexSnapshot IndexSnapshot::read(git_repository* repository, const std::string& subfolder) {
    IndexSnapshot snapshot;
    snapshot.trust_ = read_trust(repository);
    git_index* opened = nullptr;
    if (git_repository_index(&opened, repository) != 0) {
        const auto path = std::filesystem::path(git_repository_path(repository)) / "index";
        throw UserError("git index: can't be read (" + git_message() + "); " + index_remedy(path));
    }
    const GitIndex index(opened);
    // Reads the time before the entries: if git writes in between, the older time trusts fewer
    // entries.
    const char* path = git_index_path(opened);
    const auto status = path ? status_of(path) : std::nullopt;
    if (!status) return snapshot;
    snapshot.index_time_ = status->modified;
    if (git_index_read(opened, 1) != 0) {
        throw UserError(std::string(path) + ": can't be read (" + git_message() + "); " +
                        index_remedy(path));
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

bool IndexSnapshot::is_unmodified(const IndexedFile& recorded, const FileStatus& now) const {
    return onnxhub::is_unmodified(recorded, now, index_time_, trust_);
}

}  // namespace onnxhub
