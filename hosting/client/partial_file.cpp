// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/partial_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error_text.h"
#include "base/file_lock.h"
#include "base/file_owner.h"
#include "base/file_status.h"
#include "base/random_name.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Only the user may write, regardless of the umask: a process that has a file open keeps its
/// access.
constexpr unsigned file_mode = 0644;

HubError failure(const fs::path& path, const char* what) {
    return HubError(HubProblem::cache,
                    path.string() + ": " + what + " (" + error_text() +
                        "); choose another folder with --cache, or free disk space");
}

void need_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) return;
    throw HubError(HubProblem::cache, folder.string() + ": can't be made (" + error.message() +
                                          "); choose another folder with --cache");
}

void check_free_space(const fs::path& folder, std::uint64_t bytes) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available >= bytes) return;
    throw HubError(HubProblem::cache,
                   folder.string() + ": the disk has " + std::to_string(space.available) +
                       " bytes free, but the file needs " + std::to_string(bytes) +
                       "; free disk space, or use --cache");
}

void remove_file(const fs::path& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
}

/// Whether the file belongs to this user and was never writable for others, who may have kept it
/// open. Excludes root's files too, since root's download may still be running.
bool is_ours_alone(const std::optional<FileStatus>& status) {
    return status && status->is_regular() && status->link_count == 1 &&
           !foreign_influence(*status, TrustedOwners::exactly({current_user()}));
}

/// Two lines; nullopt when the file has another format or belongs to another user.
std::optional<TransferOrigin> read_origin(const fs::path& path) {
    const Descriptor file = open_to_read(path, LastLink::refuse);
    if (!file.is_open() || !is_ours_alone(status_of(file))) return std::nullopt;
    std::array<char, 16 * 1024> buffer = {};
    const auto count = read_some(file, std::as_writable_bytes(std::span(buffer)));
    const std::string text(buffer.data(), count.value_or(0));
    const std::size_t first = text.find('\n');
    if (first == text.npos || !text.ends_with('\n') || first + 1 == text.size()) return {};
    const auto source = parse_sha256(text.substr(0, first));
    if (!source) return std::nullopt;
    return TransferOrigin{*source, text.substr(first + 1, text.size() - first - 2)};
}

/// Whether the open file is still the one at `path`, and has no other name.
bool is_only_at(const Descriptor& file, const fs::path& path) {
    const auto status = status_of(file);
    return status && status->link_count == 1 && is_still_at(file, path);
}

}  // namespace

PartialFile::PartialFile(fs::path path, const Sha256& sha, std::optional<std::uint64_t> size_bytes)
    : path_(std::move(path)), hasher_(std::make_unique<Sha256Hasher>()) {
    need_folder(path_.parent_path());
    const std::string prefix = "." + to_hex(sha) + ".";
    adopt_abandoned(prefix, size_bytes.value_or(unstated_size_limit));
    if (size_bytes) check_free_space(path_.parent_path(), *size_bytes - size_);
    if (!file_.is_open()) create(prefix);
}

PartialFile::~PartialFile() {
    if (file_.is_open() && (!origin_ || size_ == 0)) remove();
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
    Descriptor file = open_to_update(partial);
    const auto status = file.is_open() ? status_of(file) : std::nullopt;
    if (!is_ours_alone(status) || try_lock(file) != LockAttempt::locked ||
        !is_only_at(file, partial)) {
        return false;
    }
    file_ = std::move(file);
    partial_ = partial;
    size_ = status->size_bytes;
    origin_ = read_origin(origin_path());
    if (origin_ && size_ > 0 && size_ <= limit_bytes) {
        hash_what_is_there();
        return true;
    }
    remove();
    file_.close();
    size_ = 0;
    origin_.reset();
    return false;
}

void PartialFile::create(const std::string& prefix) {
    for (int tries = 0; tries < 100; ++tries) {
        partial_ = path_.parent_path() / (prefix + random_name() + partial_file_ending);
        file_ = create_file(partial_, file_mode);
        if (!file_.is_open() && errno == EEXIST) continue;
        if (!file_.is_open()) throw failure(partial_, "can't be made");
        // Works without locks where they are not supported. Until the file is locked, another
        // process may consider it abandoned.
        if (try_lock(file_) != LockAttempt::taken && is_only_at(file_, partial_)) return;
        file_.close();
    }
    throw failure(partial_, "can't be made");
}

void PartialFile::hash_what_is_there() {
    const auto block = std::make_unique<std::array<std::byte, 512 * 1024>>();
    for (std::uint64_t done = 0; done < size_;) {
        const auto count = read_some(file_, *block);
        if (!count || *count == 0) return start_over(std::nullopt);
        hasher_->update(std::span(*block).first(*count));
        done += *count;
    }
}

void PartialFile::write(std::span<const std::byte> block) {
    hasher_->update(block);
    size_ += block.size();
    if (write_all(file_, block)) return;
    origin_.reset();  // the file no longer matches the hash
    throw failure(partial_, "can't be written");
}

void PartialFile::start_over(const std::optional<TransferOrigin>& origin) {
    remove_file(origin_path());
    origin_.reset();
    if (!truncate_file(file_)) throw failure(partial_, "can't be written");
    size_ = 0;
    hasher_ = std::make_unique<Sha256Hasher>();
    if (!origin || origin->validator.empty()) return;
    const std::string text = to_hex(origin->source) + "\n" + origin->validator + "\n";
    const Descriptor file = create_file(origin_path(), file_mode);
    if (file.is_open() && write_all(file, text)) origin_ = origin;
}

Sha256 PartialFile::digest() {
    return hasher_->finish();
}

void PartialFile::commit() {
    if (!flush_to_disk(file_)) throw failure(partial_, "can't be written");
    // In this order, a kill between the two calls leaves a partial file that the next load deletes.
    remove_file(origin_path());
    if (std::rename(partial_.c_str(), path_.c_str()) != 0) throw failure(path_, "can't be made");
    file_.close();
}

void PartialFile::remove() {
    remove_file(origin_path());
    remove_file(partial_);
}

fs::path PartialFile::origin_path() const {
    return partial_.string() + partial_origin_ending;
}

}  // namespace onnxhub
