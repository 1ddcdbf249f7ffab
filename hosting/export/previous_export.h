// SPDX-License-Identifier: Apache-2.0
// The folder an export is about to take the place of.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace onnxhub {

/// Files of every export, which its SHA256SUMS lists.
namespace export_names {
inline constexpr const char* sums = "SHA256SUMS";
inline constexpr const char* page = "index.html";
inline constexpr const char* nginx = "nginx.conf.example";
inline constexpr const char* caddy = "Caddyfile.example";
inline constexpr const char* no_jekyll = ".nojekyll";  // GitHub Pages leaves the files alone then
}  // namespace export_names

class PreviousExport {
public:
    /// Nothing when `folder` is free: absent, or empty. It is an earlier export when its SHA256SUMS
    /// lists what every export has; since only such a folder may be replaced, anything else there
    /// is an UserError.
    static std::optional<PreviousExport> find(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return folder_; }

    /// What its SHA256SUMS says of the file: 64 hexadecimal digits, or nothing.
    std::optional<std::string> digest_of(const std::string& path) const;

    /// Paths of what SHA256SUMS does not name, and so is somebody's own: files, symbolic links and
    /// empty folders, sorted. Throws UserError when a folder can't be read.
    std::vector<std::string> foreign() const;

private:
    explicit PreviousExport(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
    std::map<std::string, std::string> sums_;
};

}  // namespace onnxhub
