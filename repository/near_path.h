// SPDX-License-Identifier: Apache-2.0
// Suggests the file that a wrong path probably means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace onnxhub {

/// Steps of all comparisons for typing errors: a hub may have a thousand wrong links to a folder
/// with ten thousand files. A comparison takes as many as the product of both lengths.
inline constexpr std::size_t spelling_steps_limit = 100'000'000;

/// Not thread-safe.
class NearPaths {
public:
    /// All files of a tree.
    explicit NearPaths(std::vector<std::string> files);

    /// The file that is meant: the same path in other letter case; else one in the same folder with
    /// a typing error in its name, but the same digits, which are versions; else the only file of
    /// this name in other folders. Nothing when there is no such file, or when there are several.
    std::optional<std::string> near(const std::string& path);

private:
    std::optional<std::string> misspelled(const std::string& path);

    std::vector<std::string> files_;
    /// By name and folder in lower case: positions in `files_`.
    std::unordered_map<std::string, std::vector<std::size_t>> by_name_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_folder_;
    std::size_t steps_left_ = spelling_steps_limit;
};

}  // namespace onnxhub
