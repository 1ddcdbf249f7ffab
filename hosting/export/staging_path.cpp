// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/staging_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include "base/error_text.h"
#include "base/file_lock.h"
#include "base/folder.h"
#include "base/process.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::string prefix_of(const fs::path& to) {
    return "." + to.filename().string() + ".";
}

/// Whether `name` is "<prefix><digits>.<kind>", optionally followed by ".old".
bool is_name(std::string name, const std::string& prefix, std::string_view kind) {
    if (name.ends_with(".old")) name.resize(name.size() - 4);
    const std::string suffix = "." + std::string(kind);
    if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) ||
        !name.ends_with(suffix)) {
        return false;
    }
    return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                       name.end() - static_cast<std::ptrdiff_t>(suffix.size()),
                       [](char c) { return c >= '0' && c <= '9'; });
}

void remove_if_abandoned(const fs::path& path) {
    const Descriptor file = open_to_read(path, LastLink::refuse);
    std::error_code error;
    if (file.is_open() && try_lock(file) == LockAttempt::locked) fs::remove_all(path, error);
}

[[noreturn]] void fail_to_stage(const fs::path& to) {
    throw UserError(to.string() + ": can't be made (" + error_text() + "); choose another --to");
}

}  // namespace

void StagingPath::remove_abandoned(const fs::path& to, std::string_view kind) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator at(to.parent_path(), error), end; !error && at != end;
         at.increment(error)) {
        if (is_name(at->path().filename().string(), prefix_of(to), kind)) {
            found.push_back(at->path());
        }
    }
    for (const fs::path& path : found) {
        const bool is_old = path.extension() == ".old";
        if (is_old && !fs::exists(fs::symlink_status(to, error))) {
            fs::rename(path, to, error);
        } else {
            remove_if_abandoned(path);
        }
    }
}

StagingPath::StagingPath(const fs::path& to, std::string_view kind)
    : path_(to.parent_path() / fmt::format("{}{}.{}", prefix_of(to), process_id(), kind)) {
    remove_abandoned(to, kind);
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (kind == file_of_bundle) {
        file_ = create_file(path_);
    } else if (make_folder(path_, 0777)) {
        file_ = open_folder(path_);
    }
    if (!file_.is_open()) fail_to_stage(to);
    // On file systems without locks, abandoned files are never removed.
    try_lock(file_);
}

StagingPath::~StagingPath() {
    std::error_code error;
    fs::remove_all(path_, error);
}

void StagingPath::move_to(const fs::path& to) const {
    if (std::rename(path_.c_str(), to.c_str()) != 0) fail_to_stage(to);
}

}  // namespace onnxhub
