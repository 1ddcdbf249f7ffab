// SPDX-License-Identifier: Apache-2.0
#include "repository/tracked_files.h"

#include <algorithm>
#include <utility>

#include "base/file_status.h"

namespace onnxhub {

TrackedFiles::TrackedFiles(std::shared_ptr<const GitRepository> repository, std::string subfolder)
    : repository_(std::move(repository)), subfolder_(std::move(subfolder)) {
    const std::lock_guard lock(mutex_);
    update();
}

bool TrackedFiles::contains(const std::string& path) {
    const std::lock_guard lock(mutex_);
    update();
    return std::ranges::binary_search(paths_, path);
}

bool TrackedFiles::is_empty() {
    const std::lock_guard lock(mutex_);
    update();
    return paths_.empty();
}

std::optional<TrackedFiles::Stamp> TrackedFiles::stamp() const {
    const auto status = status_of(repository_->index_path());
    if (!status) return std::nullopt;
    return Stamp{status->inode, status->size_bytes,
                 status->modified.seconds * 1'000'000'000 + status->modified.nanoseconds};
}

/// Takes the stamp first: if git writes in between, the next call reads the index again.
void TrackedFiles::update() {
    const auto now = stamp();
    if (is_read_ && now == read_at_) return;
    paths_ = repository_->tracked_files(subfolder_);
    read_at_ = now;
    is_read_ = true;
}

}  // namespace onnxhub
