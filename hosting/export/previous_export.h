// SPDX-License-Identifier: Apache-2.0
// The folder that an export replaces.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace onnxhub {

/// Files of every export, listed in its SHA256SUMS.
namespace export_names {
inline constexpr const char* sums = "SHA256SUMS";
inline constexpr const char* page = "index.html";
inline constexpr const char* nginx = "nginx.conf.example";
inline constexpr const char* caddy = "Caddyfile.example";
inline constexpr const char* no_jekyll =
    ".nojekyll";  // makes GitHub Pages serve the files unchanged
}  // namespace export_names

/// Whether other hard links lead to the file, through which someone may write to it.
bool has_other_links(const std::filesystem::path& path);

class PreviousExport {
public:
    /// nullopt when `folder` is missing or empty. A folder is an earlier export if its SHA256SUMS
    /// lists the files of every export. Throws UserError for any other folder, since only an export
    /// may be replaced.
    static std::optional<PreviousExport> find(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return folder_; }

    /// The digest of the file in its SHA256SUMS: 64 hexadecimal digits, or nullopt.
    std::optional<std::string> digest_of(const std::string& path) const;

    /// Whether its SHA256SUMS has a file with this digest.
    bool has_content(const std::string& digest) const { return digests_.contains(digest); }

    /// Paths of foreign files, which SHA256SUMS does not name: files, symbolic links and empty
    /// folders, sorted. Throws UserError when a folder cannot be read.
    std::vector<std::string> foreign() const;

private:
    explicit PreviousExport(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
    std::map<std::string, std::string> sums_;
    std::unordered_set<std::string> digests_;  ///< in sums_
};

}  // namespace onnxhub
