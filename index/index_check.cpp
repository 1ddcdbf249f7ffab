// SPDX-License-Identifier: Apache-2.0
#include "index/index_check.h"

#include <mutex>
#include <string_view>

namespace onnxhub {
namespace {

class ComparedFiles : public IndexFiles {
public:
    explicit ComparedFiles(const IndexFileLookup& lookup) : lookup_(lookup) {}

    void put(const IndexRef& file, std::string_view text) override {
        compare(index_path(file.digest), text);
    }

    void compare(const std::string& path, std::string_view text) {
        const auto found = lookup_(path);
        if (found && *found == text) return;
        const std::scoped_lock guard(lock_);
        if (!difference_ || path < difference_->path) difference_ = {path, !found};
    }

    const std::optional<IndexDifference>& difference() const { return difference_; }

private:
    const IndexFileLookup& lookup_;
    std::mutex lock_;
    std::optional<IndexDifference> difference_;
};

class NoFiles : public IndexFiles {
public:
    void put(const IndexRef&, std::string_view) override {}
};

}  // namespace

std::optional<IndexDifference> check_index(const IndexRequest& request,
                                           const IndexFileLookup& lookup) {
    ComparedFiles files(lookup);
    const IndexReport report = write_index(request, files);
    files.compare(std::string(index_root_path), report.root);
    return files.difference();
}

Sha256 index_root_of(const IndexRequest& request) {
    NoFiles files;
    return write_index(request, files).root_digest;
}

}  // namespace onnxhub
