// SPDX-License-Identifier: Apache-2.0
#include "cli/checked_commit_url.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "repository/commit_id.h"

namespace onnxhub {
namespace {

/// An address that Markdown needs no escapes for.
bool is_plain_url(std::string_view url) {
    return (url.starts_with("https://") || url.starts_with("http://")) &&
           std::ranges::all_of(url, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("-._~:/").find(c) != std::string_view::npos;
           });
}

}  // namespace

std::string checked_commit_url(const Environment& environment) {
    const auto files_of = [](const std::string& project, const char* folder,
                             const std::optional<std::string>& commit) -> std::string {
        if (!is_plain_url(project) || !commit || !is_commit_id(*commit)) return "";
        return project + folder + *commit + "/";
    };
    const auto server = environment("GITHUB_SERVER_URL");
    const auto repository = environment("GITHUB_REPOSITORY");
    if (server && repository) {
        return files_of(*server + "/" + *repository, "/blob/", environment("GITHUB_SHA"));
    }
    const auto project = environment("CI_PROJECT_URL");
    return project ? files_of(*project, "/-/blob/", environment("CI_COMMIT_SHA")) : "";
}

}  // namespace onnxhub
