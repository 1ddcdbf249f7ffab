// SPDX-License-Identifier: Apache-2.0
#include "repository/hub_location.h"

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

}  // namespace

HubLocation locate_hub(const std::string& location) {
    const auto [folder, ref] = split(location);
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        throw UserError(folder +
                        ": is not a directory; name a hub's directory, or write owner/name for one "
                        "on GitHub");
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
