// SPDX-License-Identifier: Apache-2.0
// The web addresses of a repository and of its files on GitHub, GitLab, Gitea and Hugging Face.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// A repository on a hosting service.
struct RepositoryUrl {
    std::string host;  ///< in lower case, with the port if it is not 443
    std::string path;  ///< "OWNER/NAME", in lower case: services ignore the case
};

/// Reads `https://HOST/OWNER/NAME`, with or without ".git" or a '/' at the end. nullopt: the text
/// is not such an address, or has credentials, a query or a fragment.
std::optional<RepositoryUrl> parse_repository_url(std::string_view text);

/// The path, still percent-encoded, of a file or folder that the https URL `link` shows at any
/// revision of the repository; "" is its root. nullopt: the URL is of another repository, or shows
/// something else. The name of the revision is taken for one segment of the URL.
std::optional<std::string_view> path_in_repository(const RepositoryUrl& repository,
                                                   std::string_view link);

}  // namespace onnxhub
