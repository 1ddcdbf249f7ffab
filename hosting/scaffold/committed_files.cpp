// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/committed_files.h"

#include <cstdint>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_committed_file = std::uint64_t{1} << 30;  // bytes, outside Git LFS

}  // namespace

CommittedFiles::CommittedFiles(const HubFolder& hub, std::function<void()> check_interruption)
    : hub_(hub), check_interruption_(std::move(check_interruption)) {
    if (!hub.repository || hub.repository->is_bare()) return;
    try {
        commit_ = hub.repository->tree_of(hub.repository->resolve_commit("HEAD"), hub.subfolder);
    } catch (const UserError&) {  // no commit yet
    }
}

std::optional<std::string> CommittedFiles::difference(const std::string& path) const {
    if (!hub_.repository) return std::nullopt;
    const auto committed = commit_ ? commit_->stat(path) : std::nullopt;
    if (!committed) return "is not committed";
    const auto present = hub_.tree->stat(path);
    if (!present) return std::nullopt;
    if (present->kind == committed->kind && has_same_content(path)) return std::nullopt;
    return "has uncommitted changes";
}

bool CommittedFiles::has_same_content(const std::string& path) const {
    if (commit_->stat(path)->kind == FileKind::symlink) {
        return commit_->read_link(path) == hub_.tree->read_link(path);
    }
    const auto unmodified = hub_.tree->blob_id(path);
    if (unmodified && unmodified == commit_->blob_id(path)) return true;
    const auto present = hub_.tree->open(path);
    const auto blob = commit_->open(path);
    if (blob->size_bytes() < lfs_pointer_size_limit) {
        const auto parsed = parse_lfs_pointer(read_whole(*blob, lfs_pointer_size_limit, path));
        const auto* pointer = std::get_if<LfsPointer>(&parsed);
        if (pointer && present->size_bytes() == pointer->size_bytes) {
            return sha256_of(*present, check_interruption_) == pointer->oid;
        }
    }
    return present->size_bytes() == blob->size_bytes() &&
           blob->size_bytes() <= largest_committed_file &&
           sha256_of(*present, check_interruption_) == sha256_of(*blob, check_interruption_);
}

}  // namespace onnxhub
