// SPDX-License-Identifier: Apache-2.0
#include "repository/repository_url.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {
namespace {

constexpr std::string_view https_prefix = "https://";
constexpr std::string_view github = "github.com";

/// Hosts that serve the bytes of GitHub's files: plain ones, and those of Git LFS.
constexpr std::string_view github_raw = "raw.githubusercontent.com";
constexpr std::string_view github_media = "media.githubusercontent.com";

struct HostAndPath {
    std::string host;
    std::string_view path;  ///< without the first '/', query and fragment
};

std::optional<HostAndPath> split_https(std::string_view url) {
    url = trimmed(url);
    if (!equals_ignoring_case(url.substr(0, https_prefix.size()), https_prefix)) {
        return std::nullopt;
    }
    url.remove_prefix(https_prefix.size());
    const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
    std::string host = lower_case(url.substr(0, end));
    if (host.empty() || host.find('@') != host.npos) return std::nullopt;
    if (constexpr std::string_view port = ":443"; host.ends_with(port)) {
        host.resize(host.size() - port.size());
    }
    std::string_view path = url.substr(end);
    path = path.substr(0, path.find_first_of("?#"));
    if (path.starts_with('/')) path.remove_prefix(1);
    return HostAndPath{std::move(host), path};
}

/// Removes the first segment from `path` and returns it.
std::string_view take_segment(std::string_view& path) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return segment;
}

/// Removes `segments`, which may be in another case, from the beginning of `path`.
bool take_segments(std::string_view& path, std::string_view segments) {
    if (!equals_ignoring_case(path.substr(0, segments.size()), segments)) return false;
    std::string_view rest = path.substr(segments.size());
    if (!rest.empty() && !rest.starts_with('/')) return false;
    if (!rest.empty()) rest.remove_prefix(1);
    path = rest;
    return true;
}

/// Removes the name of a revision; false: there is none.
bool take_revision(std::string_view& path) {
    if (!take_segments(path, "refs/heads")) take_segments(path, "refs/tags");
    return !take_segment(path).empty();
}

/// What follows the name of the repository: "blob/REF/PATH" and its relatives.
std::optional<std::string_view> path_of_page(std::string_view page, bool is_github) {
    if (page.empty()) return page;
    take_segments(page, "-");  // GitLab
    const std::string_view view = take_segment(page);
    constexpr std::string_view git_views[] = {"blob", "tree", "raw", "resolve", "blame"};
    constexpr std::string_view gitea_views[] = {"src", "raw", "media"};
    constexpr std::string_view gitea_kinds[] = {"branch", "tag", "commit"};
    std::string_view after_kind = page;
    const bool is_gitea =
        !is_github && std::ranges::find(gitea_views, view) != std::end(gitea_views) &&
        std::ranges::find(gitea_kinds, take_segment(after_kind)) != std::end(gitea_kinds);
    if (is_gitea) {
        page = after_kind;
    } else if (std::ranges::find(git_views, view) == std::end(git_views)) {
        return std::nullopt;
    }
    if (!take_revision(page)) return std::nullopt;
    return page;
}

}  // namespace

std::optional<RepositoryUrl> parse_repository_url(std::string_view text) {
    if (text.find_first_of("?#") != text.npos) return std::nullopt;
    const auto url = split_https(text);
    if (!url) return std::nullopt;
    std::string_view path = url->path;
    if (path.ends_with('/')) path.remove_suffix(1);
    if (constexpr std::string_view git = ".git"; path.ends_with(git)) {
        path.remove_suffix(git.size());
    }
    // GitLab has groups of groups, so there may be more than an owner and a name.
    const bool has_owner = path.find('/') != path.npos;
    const bool has_empty_segment =
        path.starts_with('/') || path.ends_with('/') || path.find("//") != path.npos;
    if (!has_owner || has_empty_segment) return std::nullopt;
    return RepositoryUrl{url->host, lower_case(path)};
}

std::optional<std::string_view> path_in_repository(const RepositoryUrl& repository,
                                                   std::string_view link) {
    const auto url = split_https(link);
    if (!url) return std::nullopt;
    std::string_view path = url->path;
    const bool is_github = repository.host == github;
    if (is_github && (url->host == github_raw || url->host == github_media)) {
        if (url->host == github_media && !take_segments(path, "media")) return std::nullopt;
        if (!take_segments(path, repository.path) || !take_revision(path)) return std::nullopt;
        return path;
    }
    if (url->host != repository.host || !take_segments(path, repository.path)) return std::nullopt;
    return path_of_page(path, is_github);
}

}  // namespace onnxhub
