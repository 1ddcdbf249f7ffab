// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/file_transaction.h"

#include <algorithm>
#include <cerrno>
#include <random>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/descriptor.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{1} << 20;

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
    throw WriteError(path.string() + ": can't be written (" + error.message() +
                     "); free disk space, or check the folder's permissions");
}

std::error_code last_error() {
    return {errno, std::generic_category()};
}

/// A new file that is written block by block.
class StagedFile {
public:
    explicit StagedFile(const fs::path& path) : path_(path), file_(create_file(path)) {
        if (!file_.is_open()) fail(path_, last_error());
    }

    void append(std::span<const std::byte> bytes) {
        if (!write_all(file_, bytes)) fail(path_, last_error());
    }

    void flush() {
        if (!flush_to_disk(file_)) fail(path_, last_error());
    }

private:
    const fs::path path_;
    const Descriptor file_;
};

void copy_blocks(const fs::path& from, const fs::path& to,
                 const std::function<void()>& check_interruption) {
    const auto source = open_file(from, from.string());
    StagedFile file(to);
    std::vector<std::byte> block(block_bytes);
    for (std::uint64_t done = 0;;) {
        check_interruption();
        const std::size_t count = source->read(done, block);
        if (count == 0) break;
        file.append(std::span(block).first(count));
        done += count;
    }
    file.flush();
}

/// The final target of the symbolic link, even if the file does not exist; "" for a loop.
fs::path target_of_link(fs::path place) {
    constexpr int max_links = 40;  // as Linux follows
    std::error_code error, absent;
    for (int i = 0; i < max_links; ++i) {
        if (!fs::is_symlink(fs::symlink_status(place, absent))) return place;
        place = fs::weakly_canonical(place.parent_path() / fs::read_symlink(place, error), error);
        if (error) break;
    }
    return {};
}

}  // namespace

bool have_same_bytes(const fs::path& one, const fs::path& other,
                     const std::function<void()>& check_interruption) {
    std::error_code error;
    if (!fs::is_regular_file(other, error) || !fs::is_regular_file(one, error)) return false;
    if (fs::equivalent(one, other, error)) return true;
    if (fs::file_size(one, error) != fs::file_size(other, error)) return false;
    const auto a = open_file(one, one.string());
    const auto b = open_file(other, other.string());
    std::vector<std::byte> x(block_bytes), y(block_bytes);
    for (std::uint64_t done = 0;;) {
        check_interruption();
        const std::size_t count = a->read(done, x);
        if (count != b->read(done, y) ||
            !std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(count), y.begin())) {
            return false;
        }
        if (count == 0) return true;
        done += count;
    }
}

FileTransaction::FileTransaction(fs::path hub, std::function<void()> check_interruption,
                                 const HubLock* lock)
    : hub_(std::move(hub)), check_interruption_(std::move(check_interruption)), lock_(lock) {}

FileTransaction::~FileTransaction() {
    undo();
}

/// The folder of the file `path`, below the hub.
fs::path FileTransaction::checked_parent(const std::string& path) const {
    fs::path place = hub_;
    std::error_code error;
    const fs::path parent = fs::path(path).parent_path();
    for (const fs::path& segment : parent) {
        place /= segment;
        const fs::file_status status = fs::symlink_status(place, error);
        if (fs::is_symlink(status)) {
            throw UserError(place.string() +
                            ": is a symbolic link; choose a folder of the hub's own");
        }
        if (fs::exists(status) && !fs::is_directory(status)) {
            throw UserError(place.string() + ": is not a directory; choose another one");
        }
    }
    return place;
}

fs::path FileTransaction::place_of(const std::string& path) const {
    fs::path place = checked_parent(path) / fs::path(path).filename();
    std::error_code error;
    if (fs::is_directory(place, error)) {
        throw UserError(place.string() +
                        ": is a directory, but the path is needed for a file; move it");
    }
    if (!fs::is_symlink(fs::symlink_status(place, error))) return place;
    const fs::path target = target_of_link(place);
    const fs::path below = target.lexically_relative(fs::weakly_canonical(hub_, error));
    if (error || below.empty() || *below.begin() == "..") {
        throw UserError(place.string() +
                        ": is a symbolic link that points outside of the hub; make it a file");
    }
    return target;
}

void FileTransaction::watch(const std::string& path) {
    watched_.try_emplace(path, stamp_of(hub_ / path));
}

std::uint64_t FileTransaction::stage(const std::string& path,
                                     const std::function<void(const fs::path& file)>& make) {
    const fs::path place = place_of(path);
    make_folders(place.parent_path());
    staged_.push_back({path, place, free_name_beside(place)});
    const fs::path& file = staged_.back().file;
    make(file);
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) fail(place, error);
    return size;
}

void FileTransaction::stage_text(const std::string& path, std::string_view content) {
    stage(path, [&](const fs::path& file) {
        StagedFile made(file);
        made.append(std::as_bytes(std::span(content)));
        made.flush();
    });
}

void FileTransaction::stage_copy(const fs::path& from, const std::string& path) {
    if (have_same_bytes(from, place_of(path), check_interruption_)) return;
    stage(path, [&](const fs::path& file) { copy_blocks(from, file, check_interruption_); });
}

void FileTransaction::stage_link(const std::string& from, const std::string& path) {
    const fs::path source = checked_parent(from) / fs::path(from).filename();
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(source, error))) {
        throw UserError(source.string() + ": is not a regular file; replace it with the file");
    }
    stage(path, [&](const fs::path& file) {
        std::error_code no_links;
        fs::create_hard_link(source, file, no_links);
        if (no_links) copy_blocks(source, file, check_interruption_);
    });
}

void FileTransaction::stage_removal(const std::string& path) {
    const fs::path place = checked_parent(path) / fs::path(path).filename();
    std::error_code error;
    const fs::file_status status = fs::symlink_status(place, error);
    if (!fs::is_regular_file(status) && !fs::is_symlink(status)) {
        throw UserError(place.string() +
                        ": is not a file, so it is not removed; remove it by hand");
    }
    removals_.push_back({path, place});
}

void FileTransaction::refuse_changed(const std::string& path) const {
    const auto watched = watched_.find(path);
    if (watched == watched_.end() || stamp_of(hub_ / path) == watched->second) return;
    throw UserError((hub_ / path).string() +
                    ": was changed by another program, so nothing was written; run this again");
}

void FileTransaction::refuse_changed_files() const {
    for (const Staged& staged : staged_) refuse_changed(staged.path);
    for (const Removal& removal : removals_) refuse_changed(removal.path);
}

void FileTransaction::apply() {
    if (lock_) lock_->wait_for_git();
    refuse_changed_files();
    for (const Staged& staged : staged_) {
        if (have_same_bytes(staged.file, staged.place, check_interruption_)) continue;
        put_to_place(staged);
        const auto watched = watched_.find(staged.path);
        if (watched != watched_.end()) watched->second = stamp_of(hub_ / staged.path);
        if (std::ranges::find(written_, staged.path) == written_.end()) {
            written_.push_back(staged.path);
        }
    }
    for (const Removal& removal : removals_) {
        take_away(removal);
        removed_.push_back(removal.path);
    }
    drop_staged();
}

void FileTransaction::drop_staged() {
    std::error_code ignored;
    for (const Staged& staged : staged_) fs::remove(staged.file, ignored);
    staged_.clear();
    removals_.clear();
}

void FileTransaction::keep() {
    std::error_code ignored;
    for (const auto& [place, old] : before_) {
        if (old) fs::remove(*old, ignored);
    }
    before_.clear();
    for (const std::string& path : removed_) remove_empty_parents(path);
    undo();  // what was staged and not applied, and new folders that are empty
}

/// An unpredictable name that matches temporary_files_pattern.
fs::path FileTransaction::free_name_beside(const fs::path& place) {
    std::random_device random;
    std::error_code error;
    for (;;) {
        const std::uint64_t number = (std::uint64_t{random()} << 32) | random();
        const fs::path name =
            place.parent_path() / (".onnxhub-change-" + std::to_string(number) + ".tmp");
        if (!fs::exists(fs::symlink_status(name, error))) return name;
    }
}

void FileTransaction::make_folders(const fs::path& folder) {
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error)) return;
    make_folders(folder.parent_path());
    if (!fs::create_directory(folder, error) && error) fail(folder, error);
    new_folders_.push_back(folder);
}

/// The destination always exists: the old file gets a second name before the new file replaces it.
void FileTransaction::put_to_place(const Staged& staged) {
    std::error_code error;
    const auto status = fs::status(staged.place, error);
    if (!before_.contains(staged.place)) {
        auto& old = before_[staged.place];
        if (fs::exists(status)) {
            const fs::path name = free_name_beside(staged.place);
            old = name;
            fs::create_hard_link(staged.place, name, error);
            // Some file systems have no hard links.
            if (error) fs::copy_file(staged.place, name, error);
            if (error) fail(staged.place, error);
        }
    }
    if (fs::exists(status)) fs::permissions(staged.file, status.permissions(), error);
    fs::rename(staged.file, staged.place, error);
    if (error) fail(staged.place, error);
}

/// The file keeps a hidden name until keep(), so that undo() can restore it.
void FileTransaction::take_away(const Removal& removal) {
    std::error_code error;
    if (before_.contains(removal.place)) {
        fs::remove(removal.place, error);
    } else {
        const fs::path name = free_name_beside(removal.place);
        fs::rename(removal.place, name, error);
        if (!error) before_[removal.place] = name;
    }
    if (error) fail(removal.place, error);
}

/// git does not track folders, so empty ones do not belong to the hub.
void FileTransaction::remove_empty_parents(const std::string& path) const {
    for (fs::path folder = fs::path(path).parent_path(); !folder.empty();
         folder = folder.parent_path()) {
        std::error_code error;
        if (!fs::remove(hub_ / folder, error) || error) return;
    }
}

void FileTransaction::undo() noexcept {
    std::error_code ignored;
    for (const Staged& staged : staged_) fs::remove(staged.file, ignored);
    staged_.clear();
    removals_.clear();
    for (const auto& [place, old] : before_) {
        if (!old) {
            fs::remove(place, ignored);
        } else if (fs::exists(fs::symlink_status(*old, ignored))) {
            fs::rename(*old, place, ignored);
            fs::remove(*old, ignored);  // if both names belong to one file, rename does nothing
        }
    }
    before_.clear();
    for (auto folder = new_folders_.rbegin(); folder != new_folders_.rend(); ++folder) {
        fs::remove(*folder, ignored);  // fails if another program added a file
    }
    new_folders_.clear();
}

}  // namespace onnxhub
