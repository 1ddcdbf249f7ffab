// SPDX-License-Identifier: Apache-2.0
#include "repository/reference_names.h"

#include <git2.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "repository/git_handle.h"

namespace onnxhub {
namespace {

constexpr std::string_view prefixes[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};

void add_names(git_repository* repository, std::string_view prefix, std::size_t limit,
               std::vector<std::string>& names) {
    git_reference_iterator* found = nullptr;
    const std::string pattern = std::string(prefix) + "*";
    if (git_reference_iterator_glob_new(&found, repository, pattern.c_str()) != 0) return;
    const std::unique_ptr<git_reference_iterator, FreeWith<git_reference_iterator_free>> all(found);
    const char* name = nullptr;
    while (names.size() < limit && git_reference_next_name(&name, all.get()) == 0) {
        names.emplace_back(std::string_view(name).substr(prefix.size()));
    }
}

}  // namespace

std::vector<std::string> reference_names(const GitRepository& repository, std::size_t limit) {
    std::vector<std::string> names;
    git_repository* opened = nullptr;
    if (git_repository_open(&opened, repository.common_folder().c_str()) != 0) return names;
    const std::unique_ptr<git_repository, FreeWith<git_repository_free>> owned(opened);
    for (const std::string_view prefix : prefixes) add_names(opened, prefix, limit, names);
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace onnxhub
