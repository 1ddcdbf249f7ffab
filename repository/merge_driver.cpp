// SPDX-License-Identifier: Apache-2.0
#include "repository/merge_driver.h"

#include <git2.h>

#include <memory>

#include "base/environment_error.h"
#include "repository/git_handle.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

using Repository = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using Config = std::unique_ptr<git_config, FreeWith<git_config_free>>;

constexpr const char* name_key = "merge.onnxhub.name";
constexpr const char* driver_key = "merge.onnxhub.driver";

}  // namespace

bool install_merge_driver(const std::filesystem::path& folder) {
    const auto known = GitRepository::find(folder);
    if (!known) {
        throw EnvironmentError(folder.string() +
                               ": is not in a git repository; name a folder that is");
    }
    if (known->config_value(driver_key)) return false;
    const auto check = [&](int result) {
        if (result >= 0) return;
        throw EnvironmentError(folder.string() + ": git's configuration can't be written (" +
                               git_message() + "); look at the permissions of .git/config");
    };
    git_repository* repository_handle = nullptr;
    check(git_repository_open_ext(&repository_handle, folder.c_str(), 0, nullptr));
    const Repository repository(repository_handle);
    git_config* all_handle = nullptr;
    check(git_repository_config(&all_handle, repository.get()));
    const Config all(all_handle);
    git_config* own_handle = nullptr;
    check(git_config_open_level(&own_handle, all.get(), GIT_CONFIG_LEVEL_LOCAL));
    const Config own(own_handle);
    check(git_config_set_string(own.get(), name_key, "ONNX hub manifest, entry by entry"));
    check(git_config_set_string(own.get(), driver_key, "onnxhub merge-driver %O %A %B %P"));
    return true;
}

}  // namespace onnxhub
