// SPDX-License-Identifier: Apache-2.0
#include "manifest/onnx_release.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

namespace onnxhub {
namespace {

constexpr auto releases = std::to_array<OnnxRelease>({
    {"1.0", 3, 1},    {"1.1", 3, 5},    {"1.1.2", 3, 6},  {"1.2", 3, 7},    {"1.3", 3, 8},
    {"1.4.1", 4, 9},  {"1.5", 5, 10},   {"1.6", 6, 11},   {"1.7", 7, 12},   {"1.8", 7, 13},
    {"1.9", 7, 14},   {"1.10", 8, 15},  {"1.11", 8, 16},  {"1.12", 8, 17},  {"1.13", 8, 18},
    {"1.14", 9, 19},  {"1.15", 9, 20},  {"1.16", 10, 21}, {"1.17", 10, 22}, {"1.18", 11, 23},
    {"1.19", 12, 24}, {"1.20", 13, 25}, {"1.21", 13, 26}, {"1.22", 13, 27},
});

using ReleaseVersion = std::array<int, 3>;  ///< major, minor, patch

std::optional<ReleaseVersion> parse_version(std::string_view text) {
    ReleaseVersion version{};
    for (std::size_t part = 0;; ++part) {
        if (part == version.size()) return std::nullopt;
        const auto [stop, error] =
            std::from_chars(text.data(), text.data() + text.size(), version[part]);
        if (error != std::errc() || version[part] < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
        if (text.empty()) return part == 0 ? std::nullopt : std::optional(version);
        if (text.front() != '.') return std::nullopt;
        text.remove_prefix(1);
    }
}

std::vector<ReleaseVersion> versions_of_releases() {
    std::vector<ReleaseVersion> versions;
    for (const OnnxRelease& release : releases) versions.push_back(*parse_version(release.version));
    return versions;
}

}  // namespace

std::span<const OnnxRelease> onnx_releases() {
    return releases;
}

std::optional<OnnxRelease> oldest_release_for(std::int64_t ir_version, std::int64_t opset_version) {
    for (const OnnxRelease& release : releases) {
        if (release.ir_version >= ir_version && release.opset_version >= opset_version) {
            return release;
        }
    }
    return std::nullopt;
}

const OnnxRelease& newest_release() {
    return releases.back();
}

std::optional<OnnxRelease> find_release(std::string_view onnx_version) {
    const auto wanted = parse_version(onnx_version);
    if (!wanted) return std::nullopt;
    static const std::vector<ReleaseVersion> versions = versions_of_releases();
    std::optional<OnnxRelease> found;
    for (std::size_t i = 0; i < releases.size(); ++i) {
        if (versions[i][0] != (*wanted)[0] || versions[i][1] != (*wanted)[1]) continue;
        // 1.4 means 1.4.1, the only release of that line. 1.1.1 has the numbers of 1.1.
        if (!found || versions[i] <= *wanted) found = releases[i];
    }
    return found;
}

}  // namespace onnxhub
