// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "manifest/environment_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

EnvironmentError failure(const fs::path& path, const char* what) {
    return EnvironmentError(path.string() + ": " + what + " (" + std::strerror(errno) +
                            "); choose another folder with --cache, or make room");
}

/// A link planted in the cache would lead writes out of it.
void refuse_links(const fs::path& folder, const fs::path& below) {
    fs::path path = folder;
    for (const fs::path& segment : below.parent_path()) {
        path /= segment;
        std::error_code error;
        if (fs::is_symlink(path, error)) {
            throw EnvironmentError(path.string() +
                                   ": is a symbolic link inside the cache; remove it");
        }
    }
}

Sha256 digest_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    Sha256Hasher hasher;
    const auto block = std::make_unique<std::array<char, 512 * 1024>>();
    while (file) {
        file.read(block->data(), block->size());
        hasher.update(
            std::as_bytes(std::span(block->data(), static_cast<std::size_t>(file.gcount()))));
    }
    if (!file.eof()) throw failure(path, "can't be read");
    return hasher.finish();
}

}  // namespace

fs::path ModelCache::path_of(const CacheKey& key) const {
    const auto checked = check_hub_path(key.hub_path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
        throw EnvironmentError("the manifest: the path \"" + key.hub_path +
                               "\" can't be used: it " + unsafe->reason +
                               "; tell the hub's maintainers");
    }
    const std::string name(file_name(key.hub_path));
    const fs::path below = fs::path(std::string(parent_folder(key.hub_path))) /
                           (key.has_prefix ? to_hex(key.sha) + "_" + name : name);
    refuse_links(folder_, below);
    return folder_ / below;
}

bool ModelCache::has(const CacheKey& key) const {
    const fs::path path = path_of(key);
    struct stat status = {};
    if (lstat(path.c_str(), &status) != 0) return false;
    if (!S_ISREG(status.st_mode)) {
        throw EnvironmentError(path.string() + ": is no regular file; remove it");
    }
    const Sha256 found = digest_of(path);
    if (found == key.sha) return true;
    throw EnvironmentError(path.string() + ": the SHA-256 is " + to_hex(found) +
                           ", the manifest says " + to_hex(key.sha) +
                           "; get it anew with --force-reload");
}

PartialFile::PartialFile(fs::path path, std::uint64_t size_bytes) : path_(std::move(path)) {
    std::error_code error;
    fs::create_directories(path_.parent_path(), error);
    if (error) {
        throw EnvironmentError(path_.parent_path().string() + ": can't be made (" +
                               error.message() + "); choose another folder with --cache");
    }
    const fs::space_info space = fs::space(path_.parent_path(), error);
    if (!error && space.available < size_bytes) {
        throw EnvironmentError(path_.parent_path().string() + ": the disk has room for " +
                               std::to_string(space.available) + " bytes, the file has " +
                               std::to_string(size_bytes) + "; make room, or use --cache");
    }
    static std::atomic<unsigned> counter{0};
    partial_ = path_.parent_path() /
               ("." + path_.filename().string().substr(0, 200) + "." + std::to_string(getpid()) +
                "." + std::to_string(counter++) + ".part");
    fd_ = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd_ < 0) throw failure(partial_, "can't be made");
    hasher_ = std::make_unique<Sha256Hasher>();
}

PartialFile::~PartialFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(partial_.c_str());
}

void PartialFile::write(std::span<const std::byte> block) {
    hasher_->update(block);
    size_ += block.size();
    while (!block.empty()) {
        const ssize_t written = ::write(fd_, block.data(), block.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw failure(partial_, "can't be written");
        block = block.subspan(static_cast<std::size_t>(written));
    }
}

void PartialFile::start_over() {
    if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) {
        throw failure(partial_, "can't be written");
    }
    size_ = 0;
    hasher_ = std::make_unique<Sha256Hasher>();
}

Sha256 PartialFile::digest() {
    return hasher_->finish();
}

void PartialFile::commit() {
    if (fsync(fd_) != 0) throw failure(partial_, "can't be written");
    if (rename(partial_.c_str(), path_.c_str()) != 0) throw failure(path_, "can't be made");
    close(fd_);
    fd_ = -1;
}

ModelCache::Lock::Lock(const ModelCache& cache, const CacheKey& key,
                       const std::function<void()>& check_interruption) {
    using namespace std::chrono_literals;
    std::error_code error;
    const fs::path folder = cache.folder_ / ".onnxhub" / "locks";
    fs::create_directories(folder, error);
    fd_ = open((folder / to_hex(key.sha)).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    const auto deadline = std::chrono::steady_clock::now() + 10min;
    while (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        check_interruption();
        if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > deadline) return;
        std::this_thread::sleep_for(50ms);
    }
}

ModelCache::Lock::~Lock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace onnxhub
