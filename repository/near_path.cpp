// SPDX-License-Identifier: Apache-2.0
#include "repository/near_path.h"

#include <utility>

#include "base/ascii.h"
#include "base/spelling.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// Longer names are not compared for typing errors.
constexpr std::size_t compared_name_limit = 255;  // bytes

std::string digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9') digits += c;
    }
    return digits;
}

}  // namespace

NearPaths::NearPaths(std::vector<std::string> files) : files_(std::move(files)) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
        by_name_[lower_case(file_name(files_[i]))].push_back(i);
        by_folder_[lower_case(parent_folder(files_[i]))].push_back(i);
    }
}

std::optional<std::string> NearPaths::near(const std::string& path) {
    const auto same_name = by_name_.find(lower_case(file_name(path)));
    if (same_name != by_name_.end()) {
        for (const std::size_t i : same_name->second) {
            if (lower_case(files_[i]) == lower_case(path)) return files_[i];
        }
    }
    if (auto found = misspelled(path)) return found;
    if (same_name == by_name_.end() || same_name->second.size() != 1) return std::nullopt;
    return files_[same_name->second.front()];
}

std::optional<std::string> NearPaths::misspelled(const std::string& path) {
    const auto folder = by_folder_.find(lower_case(parent_folder(path)));
    const std::string name = lower_case(file_name(path));
    if (folder == by_folder_.end() || name.size() > compared_name_limit) return std::nullopt;
    std::optional<std::string> best;
    std::size_t least = 0;
    bool is_only = true;
    for (const std::size_t i : folder->second) {
        const std::string other = lower_case(file_name(files_[i]));
        if (other.size() > name.size() + 2 || name.size() > other.size() + 2) continue;
        const std::size_t steps = name.size() * other.size();
        if (steps > steps_left_) {
            steps_left_ = 0;
            return std::nullopt;
        }
        steps_left_ -= steps;
        if (!is_misspelling(name, other) || digits_of(name) != digits_of(other)) continue;
        const std::size_t distance = edit_distance(name, other);
        if (best && distance >= least) {
            is_only = is_only && distance > least;
            continue;
        }
        best = files_[i];
        least = distance;
        is_only = true;
    }
    return is_only ? best : std::nullopt;
}

}  // namespace onnxhub
