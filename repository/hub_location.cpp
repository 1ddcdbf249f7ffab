// SPDX-License-Identifier: Apache-2.0
#include "repository/hub_location.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/user_error.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Splits folder and ref. A folder name may contain a colon, so an existing folder takes
/// precedence.
std::pair<std::string, std::string> split(const std::string& location) {
    std::error_code error;
    const std::size_t colon = location.rfind(':');
    if (fs::is_directory(location, error) || colon == location.npos) return {location, ""};
    return {location.substr(0, colon), location.substr(colon + 1)};
}

/// `folder` relative to the top of the working tree; "" at the top.
std::string below_top(const GitRepository& repository, const fs::path& folder) {
    std::error_code error;
    const fs::path top = fs::weakly_canonical(repository.working_folder(), error);
    const fs::path below = fs::weakly_canonical(folder, error).lexically_relative(top);
    return below == "." ? "" : below.string();
}

/// A hub's files may be read even if git does not trust the repository that contains them.
void find_repository(HubLocation& found, const std::string& ref) {
    std::error_code error;
    try {
        found.repository = GitRepository::find(found.folder);
    } catch (const UserError& problem) {
        if (!ref.empty() || !fs::exists(found.folder / manifest_file_name, error)) throw;
        found.unusable_repository = problem.what();
    }
}

bool has_mark(const fs::path& folder, std::span<const std::string_view> marks) {
    std::error_code error;
    return std::ranges::any_of(
        marks, [&](std::string_view mark) { return fs::exists(folder / mark, error); });
}

/// How many folders lie between the top of the working tree and `folder`; 0 outside of one.
std::size_t depth_in_repository(const fs::path& folder) {
    try {
        const auto repository = GitRepository::find(folder);
        if (!repository || repository->is_bare()) return 0;
        const std::string below = below_top(*repository, folder);
        if (below.empty() || below.starts_with("..")) return 0;
        return static_cast<std::size_t>(std::ranges::count(below, '/')) + 1;
    } catch (const UserError&) {
        return 0;  // git does not trust it
    }
}

}  // namespace

fs::path enclosing_hub(const fs::path& folder, std::span<const std::string_view> marks) {
    if (has_mark(folder, marks)) return folder;
    fs::path above = folder == "." ? fs::path() : folder;
    for (std::size_t depth = depth_in_repository(folder); depth > 0; --depth) {
        above /= "..";
        if (has_mark(above, marks)) return above;
    }
    return folder;
}

HubLocation locate_hub(const std::string& location) {
    const auto [folder, ref] = split(location);
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        const char* problem =
            fs::exists(folder, error) ? ": is not a directory" : ": does not exist";
        throw UserError(folder + problem +
                        "; name a hub's directory, or write owner/name for one on GitHub");
    }
    HubLocation found;
    found.folder = folder;
    find_repository(found, ref);
    const bool is_bare = found.repository && found.repository->is_bare();
    found.reads_commit = !ref.empty() || is_bare;
    if (found.reads_commit && !found.repository) {
        throw UserError(folder + ": is not a git repository; leave out \":" + ref + "\"");
    }
    if (found.reads_commit) found.ref = ref.empty() ? "HEAD" : ref;
    if (found.repository && !is_bare) found.subfolder = below_top(*found.repository, folder);
    return found;
}

}  // namespace onnxhub
