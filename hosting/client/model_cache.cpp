// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_cache.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/decimal.h"
#include "base/error_text.h"
#include "base/file_lock.h"
#include "base/file_status.h"
#include "base/folder.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/partial_file.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Mode of new folders: only the user may write, regardless of the umask.
constexpr unsigned folder_mode = 0755;

[[noreturn]] void refuse(const ForeignInfluence& found) {
    const bool is_link = found.reason == "is a symbolic link";
    throw HubError(
        HubProblem::cache,
        found.path.string() + ": " + found.reason +
            (is_link ? " inside the cache; remove it"
                     : "; use another --cache, remove the write permission of others, or "
                       "name its owner under trusted_cache_owners in your "
                       "configuration"));
}

}  // namespace

fs::path ModelCache::path_of(const CacheKey& key) const {
    return folder_ / place_of(key);
}

void ModelCache::refuse_foreign_folders(const CacheKey& key) const {
    const fs::path below = fs::path(place_of(key)).parent_path();
    if (const auto found = find_foreign_influence(folder_, below, owners_)) refuse(*found);
}

bool ModelCache::holds(const CacheKey& key) const {
    const fs::path path = path_of(key);
    const auto status = link_status_of(path);
    return status && status->is_regular() &&
           !find_foreign_influence(folder_, place_of(key), owners_);
}

bool ModelCache::has(const CacheKey& key, std::string* ignored) const {
    const fs::path path = path_of(key);
    refuse_foreign_folders(key);
    const auto status = link_status_of(path);
    if (!status) return false;
    if (!status->is_regular()) {
        throw HubError(HubProblem::cache, path.string() + ": is not a regular file; remove it");
    }
    if (const auto reason = foreign_influence(*status, owners_)) {
        if (ignored) *ignored = path.string() + " is in the cache, but " + *reason;
        return false;
    }
    const auto source = open_file(path, path.string(), LastLink::refuse);
    const Sha256 found = sha256_of(*source, [] {});
    if (found == key.sha) return true;
    throw HubError(HubProblem::content, path.string() + ": the SHA-256 is " + to_hex(found) +
                                            ", the manifest says " + to_hex(key.sha) +
                                            "; load it again with --force-reload");
}

void ModelCache::make_folder_of(const CacheKey& key) const {
    std::error_code error;
    if (folder_.has_parent_path()) fs::create_directories(folder_.parent_path(), error);
    // The first failure is the reason for all later ones.
    fs::path missing = folder_.parent_path();
    int reason = error.value();
    fs::path at = folder_;
    const auto make = [&] {
        if (make_folder(at, folder_mode) || errno == EEXIST || reason != 0) return;
        reason = errno;
        missing = at;
    };
    make();
    for (const fs::path& segment : fs::path(place_of(key)).parent_path()) {
        at /= segment;
        make();
    }
    refuse_foreign_folders(key);
    if (fs::is_directory(at, error)) return;
    if (reason == 0) {  // it exists and is not a folder
        reason = ENOTDIR;
        missing = at;
    }
    throw HubError(HubProblem::cache, missing.string() + ": can't be made (" + error_text(reason) +
                                          "); choose another folder with --cache");
}

namespace {

/// Size of the partial files next to `path`. While it grows, waiting for the other process is
/// worthwhile.
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

fs::path record_path(const fs::path& state, const fs::path& path) {
    const std::string absolute = fs::absolute(path).lexically_normal().string();
    return state / "files" / (to_hex(sha256_of(absolute)) + ".txt");
}

/// The path that older versions used.
fs::path old_record_path(const fs::path& folder, const fs::path& path) {
    const std::string below = path.lexically_relative(folder).string();
    return folder / ".onnxhub" / "files" / (to_hex(sha256_of(below)) + ".txt");
}

/// A name with line breaks would add lines to the record.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

constexpr std::uint64_t record_size_limit = std::uint64_t{64} << 10;  // bytes

/// A record has five lines: hub, path in the hub, SHA-256, model, opset. Older ones have three.
std::optional<CacheRecord> read_record(const fs::path& path) {
    std::istringstream file(read_file_if_possible(path, record_size_limit).value_or(""));
    CacheRecord record;
    std::string sha;
    if (!std::getline(file, record.hub) || !std::getline(file, record.hub_path) ||
        !std::getline(file, sha)) {
        return std::nullopt;
    }
    record.sha = parse_sha256(sha);
    std::string opset;
    if (std::getline(file, record.model) && std::getline(file, opset)) {
        record.opset = parse_decimal<std::int64_t>(opset).value_or(0);
    }
    return record;
}

}  // namespace

void ModelCache::remember(const CacheKey& key, const std::string& hub, const std::string& model,
                          std::int64_t opset) const {
    if (!state_) return;
    const fs::path path = record_path(*state_, path_of(key));
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    try {
        write_file_atomically(path, hub + "\n" + key.hub_path + "\n" + to_hex(key.sha) + "\n" +
                                        one_line(model) + "\n" + std::to_string(opset) + "\n");
    } catch (const UserError&) {
    }
}

std::optional<CacheRecord> find_cache_record(const StateFolder& state, const fs::path& folder,
                                             const fs::path& path) {
    if (state) {
        if (auto record = read_record(record_path(*state, path))) return record;
    }
    return read_record(old_record_path(folder, path));
}

void forget_cache_record(const StateFolder& state, const fs::path& folder, const fs::path& path) {
    std::error_code error;
    if (state) fs::remove(record_path(*state, path), error);
    fs::remove(old_record_path(folder, path), error);
}

ModelCache::Lock::Lock(const ModelCache& cache, const CacheKey& key,
                       const std::function<void()>& check_interruption) {
    using namespace std::chrono_literals;
    constexpr auto patience = 60s;
    if (!cache.state_) return;
    std::error_code error;
    const fs::path folder = *cache.state_ / "locks";
    const fs::path file = fs::absolute(cache.path_of(key)).lexically_normal();
    fs::create_directories(folder, error);
    file_ = open_or_create_file(folder / to_hex(sha256_of(file.string())), 0600);
    auto deadline = std::chrono::steady_clock::now() + patience;
    std::uint64_t seen = 0;
    while (file_.is_open() && try_lock(file_) == LockAttempt::taken) {
        check_interruption();
        const auto now = std::chrono::steady_clock::now();
        const std::uint64_t bytes = bytes_on_their_way(cache.path_of(key), key.sha);
        if (bytes != std::exchange(seen, bytes)) deadline = now + patience;
        if (now > deadline) return;
        std::this_thread::sleep_for(50ms);
    }
}

}  // namespace onnxhub
