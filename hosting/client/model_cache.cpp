// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/environment_error.h"
#include "hosting/client/partial_file.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

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

bool ModelCache::holds(const CacheKey& key) const {
    struct stat status = {};
    return lstat(path_of(key).c_str(), &status) == 0;
}

bool ModelCache::has(const CacheKey& key) const {
    const fs::path path = path_of(key);
    struct stat status = {};
    if (lstat(path.c_str(), &status) != 0) return false;
    if (!S_ISREG(status.st_mode)) {
        throw EnvironmentError(path.string() + ": is no regular file; remove it");
    }
    const auto source = open_file(path, path.string(), LastLink::refuse);
    const Sha256 found = sha256_of(*source, [] {});
    if (found == key.sha) return true;
    throw EnvironmentError(path.string() + ": the SHA-256 is " + to_hex(found) +
                           ", the manifest says " + to_hex(key.sha) +
                           "; get it anew with --force-reload");
}

namespace {

/// Bytes of the partial files beside `path`: while others bring more, waiting for them pays.
std::uint64_t bytes_on_their_way(const fs::path& path, const Sha256& sha) {
    std::error_code error;
    std::uint64_t bytes = 0;
    for (const auto& file : fs::directory_iterator(path.parent_path(), error)) {
        const std::string name = file.path().filename().string();
        if (name.starts_with("." + to_hex(sha)) && name.ends_with(partial_file_ending)) {
            const std::uint64_t size = file.file_size(error);
            if (!error) bytes += size;
        }
    }
    return bytes;
}

}  // namespace

namespace {

fs::path record_path(const fs::path& folder, const fs::path& path) {
    const std::string below = path.lexically_relative(folder).string();
    return folder / ".onnxhub" / "files" / (to_hex(sha256_of(below)) + ".txt");
}

}  // namespace

/// Three lines: hub, path in the hub, SHA-256.
void ModelCache::remember(const CacheKey& key, const std::string& hub) const {
    const fs::path path = record_path(folder_, path_of(key));
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    try {
        write_file_atomically(path, hub + "\n" + key.hub_path + "\n" + to_hex(key.sha) + "\n");
    } catch (const EnvironmentError&) {
    }
}

std::optional<CacheRecord> find_cache_record(const fs::path& folder, const fs::path& path) {
    std::ifstream file(record_path(folder, path), std::ios::binary);
    CacheRecord record;
    std::string sha;
    if (!std::getline(file, record.hub) || !std::getline(file, record.hub_path) ||
        !std::getline(file, sha)) {
        return std::nullopt;
    }
    record.sha = parse_sha256(sha);
    return record;
}

void forget_cache_record(const fs::path& folder, const fs::path& path) {
    std::error_code error;
    fs::remove(record_path(folder, path), error);
}

ModelCache::Lock::Lock(const ModelCache& cache, const CacheKey& key,
                       const std::function<void()>& check_interruption) {
    using namespace std::chrono_literals;
    constexpr auto patience = 60s;
    std::error_code error;
    const fs::path folder = cache.folder_ / ".onnxhub" / "locks";
    fs::create_directories(folder, error);
    fd_ = open((folder / to_hex(key.sha)).c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    auto deadline = std::chrono::steady_clock::now() + patience;
    std::uint64_t seen = 0;
    while (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return;
        check_interruption();
        const auto now = std::chrono::steady_clock::now();
        const std::uint64_t bytes = bytes_on_their_way(cache.path_of(key), key.sha);
        if (bytes != std::exchange(seen, bytes)) deadline = now + patience;
        if (now > deadline) return;
        std::this_thread::sleep_for(50ms);
    }
}

ModelCache::Lock::~Lock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace onnxhub
