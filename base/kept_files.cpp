// SPDX-License-Identifier: Apache-2.0
#include "base/kept_files.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/file_owner.h"
#include "base/user_error.h"

namespace onnxhub {

namespace fs = std::filesystem;

KeptFiles::KeptFiles(std::optional<fs::path> folder, std::string suffix, std::size_t count_limit,
                     std::uint64_t size_limit_bytes)
    : folder_(std::move(folder)),
      suffix_(std::move(suffix)),
      count_limit_(count_limit),
      size_limit_bytes_(size_limit_bytes) {}

std::optional<std::string> KeptFiles::find(const Sha256& key) const {
    if (!folder_) return std::nullopt;
    const std::string name = to_hex(key) + suffix_;
    if (find_foreign_influence(*folder_, name, TrustedOwners())) return std::nullopt;
    return read_file_if_possible(*folder_ / name, size_limit_bytes_);
}

void KeptFiles::keep(const Sha256& key, std::string_view content) const {
    if (!folder_ || content.size() > size_limit_bytes_ || !prepare()) return;
    try {
        write_file_atomically(*folder_ / (to_hex(key) + suffix_), content);
    } catch (const UserError&) {  // the result is made again next time
    }
}

/// Only a run that keeps something makes the folder and looks at all of its files.
bool KeptFiles::prepare() const {
    std::call_once(prepared_, [&] {
        std::error_code error;
        fs::create_directories(*folder_, error);
        if (error) return;
        remove_oldest();
        has_folder_ = true;
    });
    return has_folder_;
}

void KeptFiles::remove_oldest() const {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (fs::directory_iterator item(*folder_, error), end; !error && item != end;
         item.increment(error)) {
        if (item->path().extension() == suffix_) {
            files.emplace_back(item->last_write_time(error), item->path());
        }
    }
    if (files.size() <= count_limit_) return;
    const auto kept = files.begin() + static_cast<std::ptrdiff_t>(files.size() - count_limit_);
    std::ranges::nth_element(files, kept);
    std::for_each(files.begin(), kept, [&](const auto& file) { fs::remove(file.second, error); });
}

}  // namespace onnxhub
