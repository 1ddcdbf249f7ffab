// SPDX-License-Identifier: Apache-2.0
#include "repository/merge_driver.h"

#include <git2.h>

#include <memory>
#include <string>
#include <system_error>

#include "base/user_error.h"
#include "manifest/manifest.h"
#include "repository/git_folder.h"
#include "repository/git_handle.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using RepositoryHandle = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using Config = std::unique_ptr<git_config, FreeWith<git_config_free>>;

constexpr const char* name_key = "merge.onnxhub.name";
constexpr const char* driver_key = "merge.onnxhub.driver";
constexpr const char* driver_name = "onnxhub";

void define_driver(git_repository* repository, const fs::path& folder) {
    const auto check = [&](int result) {
        if (result >= 0) return;
        throw UserError(folder.string() + ": git's configuration can't be written (" +
                        git_message() + "); check the permissions of .git/config");
    };
    git_config* all_handle = nullptr;
    check(git_repository_config(&all_handle, repository));
    const Config all(all_handle);
    git_config* own_handle = nullptr;
    check(git_config_open_level(&own_handle, all.get(), GIT_CONFIG_LEVEL_LOCAL));
    const Config own(own_handle);
    check(git_config_set_string(own.get(), name_key, "ONNX hub manifest, entry by entry"));
    check(git_config_set_string(own.get(), driver_key, "onnxhub merge-driver %O %A %B %P"));
}

/// The manifest's path from the top of the working tree, as git attributes need it.
std::string manifest_path_in(const GitRepository& repository, const fs::path& folder) {
    const std::string name(manifest_file_name);
    std::error_code error;
    const fs::path below =
        fs::weakly_canonical(folder, error)
            .lexically_relative(fs::weakly_canonical(repository.working_folder(), error));
    const bool is_top = repository.is_bare() || error || below.empty() || below == ".";
    return is_top ? name : (below / name).generic_string();
}

/// Whether `git check-attr merge` prints the driver for the manifest.
bool has_attribute(git_repository* repository, const std::string& path) {
    const char* value = nullptr;
    if (git_attr_get(&value, repository, 0, path.c_str(), "merge") != 0) return false;
    return git_attr_value(value) == GIT_ATTR_VALUE_STRING && std::string(value) == driver_name;
}

}  // namespace

MergeDriverSetup install_merge_driver(const fs::path& folder) {
    const auto known = GitRepository::find(folder);
    if (!known) {
        throw UserError(folder.string() + ": is not in a git repository; name a folder that is");
    }
    git_repository* handle = nullptr;
    if (git_repository_open_ext(&handle, folder.c_str(), 0, nullptr) != 0) {
        throw UserError(folder.string() + ": the git repository can't be opened (" + git_message() +
                        "); check it with `git status`");
    }
    const RepositoryHandle repository(handle);
    MergeDriverSetup setup;
    if (!known->config_value(driver_key)) {
        define_driver(repository.get(), folder);
        setup.is_new_driver = true;
    }
    const std::string line = std::string(manifest_file_name) + " merge=" + driver_name;
    if (!has_attribute(repository.get(), manifest_path_in(*known, folder)) &&
        add_line(*known, GitInfo::attributes, line)) {
        setup.new_attribute_in = path_of(*known, GitInfo::attributes);
    }
    return setup;
}

}  // namespace onnxhub
