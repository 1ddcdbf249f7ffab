// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file_owner.h"
#include "base/random_name.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Only the user may write, regardless of the umask: a process that has a file open keeps its
/// access.
constexpr mode_t file_mode = 0644;

UserError failure(const fs::path& path, const char* what) {
    return UserError(path.string() + ": " + what + " (" + std::strerror(errno) +
                     "); choose another folder with --cache, or free disk space");
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) return;
    throw UserError(folder.string() + ": can't be made (" + error.message() +
                    "); choose another folder with --cache");
}

void check_free_space(const fs::path& folder, std::uint64_t bytes) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available >= bytes) return;
    throw UserError(folder.string() + ": the disk has " + std::to_string(space.available) +
                    " bytes free, but the file needs " + std::to_string(bytes) +
                    "; free disk space, or use --cache");
}

/// Whether the file belongs to this user and was never writable for others, who may have kept it
/// open. Excludes root's files too, since root's download may still be running.
bool is_ours_alone(const struct stat& status) {
    return S_ISREG(status.st_mode) && status.st_nlink == 1 &&
           !foreign_influence(status, TrustedOwners::exactly({geteuid()}));
}

/// Two lines; nullopt when the file has another format or belongs to another user.
std::optional<TransferOrigin> read_origin(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    struct stat status = {};
    std::array<char, 16 * 1024> buffer = {};
    const bool is_ours = fstat(fd, &status) == 0 && is_ours_alone(status);
    const ssize_t count = is_ours ? read(fd, buffer.data(), buffer.size()) : -1;
    close(fd);
    const std::string text(buffer.data(), count < 0 ? 0 : static_cast<std::size_t>(count));
    const std::size_t first = text.find('\n');
    if (first == text.npos || !text.ends_with('\n') || first + 1 == text.size()) return {};
    const auto source = parse_sha256(text.substr(0, first));
    if (!source) return std::nullopt;
    return TransferOrigin{*source, text.substr(first + 1, text.size() - first - 2)};
}

/// Whether `fd` is still the file at `path`, and has no other name.
bool is_at(int fd, const fs::path& path) {
    struct stat open_file = {};
    struct stat named = {};
    return fstat(fd, &open_file) == 0 && lstat(path.c_str(), &named) == 0 &&
           open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev &&
           open_file.st_nlink == 1;
}

}  // namespace

PartialFile::PartialFile(fs::path path, const Sha256& sha, std::uint64_t size_bytes)
    : path_(std::move(path)), hasher_(std::make_unique<Sha256Hasher>()) {
    make_folder(path_.parent_path());
    const std::string prefix = "." + to_hex(sha) + ".";
    adopt_abandoned(prefix, size_bytes);
    try {
        check_free_space(path_.parent_path(), size_bytes - size_);
        if (fd_ < 0) create(prefix);
    } catch (...) {
        if (fd_ >= 0) close(fd_);
        throw;
    }
}

PartialFile::~PartialFile() {
    if (fd_ < 0) return;
    if (!origin_ || size_ == 0) remove();
    close(fd_);
}

/// Takes over the first usable abandoned file and deletes unusable ones.
void PartialFile::adopt_abandoned(const std::string& prefix, std::uint64_t limit_bytes) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(path_.parent_path(), error)) {
        const std::string name = file.path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(partial_file_ending)) {
            found.push_back(file.path());
        }
    }
    for (const fs::path& partial : found) {
        if (adopt(partial, limit_bytes)) return;
    }
}

bool PartialFile::adopt(const fs::path& partial, std::uint64_t limit_bytes) {
    const int fd = open(partial.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat status = {};
    const bool is_abandoned = fstat(fd, &status) == 0 && is_ours_alone(status) &&
                              flock(fd, LOCK_EX | LOCK_NB) == 0 && is_at(fd, partial);
    if (!is_abandoned) {
        close(fd);
        return false;
    }
    fd_ = fd;
    partial_ = partial;
    size_ = static_cast<std::uint64_t>(status.st_size);
    origin_ = read_origin(origin_path());
    if (origin_ && size_ > 0 && size_ <= limit_bytes) {
        hash_what_is_there();
        return true;
    }
    remove();
    close(std::exchange(fd_, -1));
    size_ = 0;
    origin_.reset();
    return false;
}

void PartialFile::create(const std::string& prefix) {
    for (int tries = 0; tries < 100; ++tries) {
        partial_ = path_.parent_path() / (prefix + random_name() + partial_file_ending);
        fd_ = open(partial_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
        if (fd_ < 0 && errno == EEXIST) continue;
        if (fd_ < 0) throw failure(partial_, "can't be made");
        // Works without locks where they are not supported. Until the file is locked, another
        // process may consider it abandoned.
        const bool is_taken = flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!is_taken && is_at(fd_, partial_)) return;
        close(std::exchange(fd_, -1));
    }
    throw failure(partial_, "can't be made");
}

void PartialFile::hash_what_is_there() {
    const auto block = std::make_unique<std::array<std::byte, 512 * 1024>>();
    for (std::uint64_t done = 0; done < size_;) {
        const ssize_t count = read(fd_, block->data(), block->size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return start_over(std::nullopt);
        hasher_->update(std::span(block->data(), static_cast<std::size_t>(count)));
        done += static_cast<std::uint64_t>(count);
    }
}

void PartialFile::write(std::span<const std::byte> block) {
    hasher_->update(block);
    size_ += block.size();
    while (!block.empty()) {
        const ssize_t written = ::write(fd_, block.data(), block.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            origin_.reset();  // the file no longer matches the hash
            throw failure(partial_, "can't be written");
        }
        block = block.subspan(static_cast<std::size_t>(written));
    }
}

void PartialFile::start_over(const std::optional<TransferOrigin>& origin) {
    unlink(origin_path().c_str());
    origin_.reset();
    if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) {
        throw failure(partial_, "can't be written");
    }
    size_ = 0;
    hasher_ = std::make_unique<Sha256Hasher>();
    if (!origin || origin->validator.empty()) return;
    const std::string text = to_hex(origin->source) + "\n" + origin->validator + "\n";
    const int fd = open(origin_path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        file_mode);
    if (fd < 0) return;
    const bool is_written =
        ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    close(fd);
    if (is_written) origin_ = origin;
}

Sha256 PartialFile::digest() {
    return hasher_->finish();
}

void PartialFile::commit() {
    if (fsync(fd_) != 0) throw failure(partial_, "can't be written");
    // In this order, a kill between the two calls leaves a partial file that the next load deletes.
    unlink(origin_path().c_str());
    if (rename(partial_.c_str(), path_.c_str()) != 0) throw failure(path_, "can't be made");
    close(std::exchange(fd_, -1));
}

void PartialFile::remove() {
    unlink(origin_path().c_str());
    unlink(partial_.c_str());
}

fs::path PartialFile::origin_path() const {
    return partial_.string() + partial_origin_ending;
}

}  // namespace onnxhub
