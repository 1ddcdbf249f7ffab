// SPDX-License-Identifier: Apache-2.0
#include "base/private_folder.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error_text.h"
#include "base/file_status.h"
#include "base/folder.h"
#include "base/random_name.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "onnxhub-run-";

/// Removes the folders of killed processes of this user.
void remove_abandoned(const fs::path& parent) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator item(parent, error), end; !error && item != end;
         item.increment(error)) {
        if (item->path().filename().string().starts_with(prefix)) found.push_back(item->path());
    }
    for (const fs::path& path : found) {
        const auto status = link_status_of(path);
        if (!status || !status->is_folder() || status->owner != current_user()) continue;
        const Descriptor folder = open_folder(path);
        if (!folder.is_open() || !is_still_at(folder, path)) continue;
        if (try_lock(folder) == LockAttempt::locked) fs::remove_all(path, error);
    }
}

}  // namespace

PrivateFolder::PrivateFolder() {
    const char* wanted = std::getenv("TMPDIR");
    const fs::path parent = wanted && *wanted == '/' ? wanted : "/tmp";
    remove_abandoned(parent);
    path_ = parent / (std::string(prefix) + random_name());
    if (make_folder(path_, 0700)) folder_ = open_folder(path_);
    if (!folder_.is_open()) {
        throw UserError("temporary directory: can't be created (" + error_text() +
                        "); set TMPDIR to a writable directory");
    }
    // Between its creation and this lock, another process could remove it; then files in it fail.
    try_lock(folder_);
}

PrivateFolder::~PrivateFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
}

}  // namespace onnxhub
