// SPDX-License-Identifier: Apache-2.0
#include "repository/new_repository.h"

#include <git2.h>

#include <memory>

#include "base/user_error.h"
#include "repository/git_handle.h"

namespace onnxhub {
namespace {

using Repository = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using Signature = std::unique_ptr<git_signature, FreeWith<git_signature_free>>;

void check(int result, const std::filesystem::path& folder, const char* what) {
    if (result >= 0) return;
    throw UserError(folder.string() + ": " + what + " (" + git_message() +
                    "); check the folder's permissions");
}

Repository make(const std::filesystem::path& folder) {
    git_repository_init_options options;
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
    options.initial_head = "main";
    git_repository* made = nullptr;
    check(git_repository_init_ext(&made, folder.c_str(), &options), folder,
          "can't be made a repository");
    return Repository(made);
}

Signature author_of(git_repository* repository) {
    git_signature* signature = nullptr;
    if (git_signature_default(&signature, repository) != 0) {
        git_signature_now(&signature, "onnxhub", "onnxhub@localhost");
    }
    return Signature(signature);
}

}  // namespace

void init_repository(const std::filesystem::path& folder, const std::vector<std::string>& paths,
                     const std::string& message) {
    git_libgit2_init();
    const Repository repository = make(folder);
    git_index* index_handle = nullptr;
    check(git_repository_index(&index_handle, repository.get()), folder, "has no index");
    const GitIndex index(index_handle);
    for (const std::string& path : paths) {
        check(git_index_add_bypath(index.get(), path.c_str()), folder, "can't be added to");
    }
    git_oid tree_id, commit_id;
    check(git_index_write_tree(&tree_id, index.get()), folder, "can't be written");
    check(git_index_write(index.get()), folder, "can't be written");
    git_tree* tree_handle = nullptr;
    check(git_tree_lookup(&tree_handle, repository.get(), &tree_id), folder, "can't be read");
    const GitTree tree(tree_handle);
    const Signature author = author_of(repository.get());
    check(git_commit_create_v(&commit_id, repository.get(), "HEAD", author.get(), author.get(),
                              nullptr, message.c_str(), tree.get(), 0),
          folder, "can't be committed to");
}

}  // namespace onnxhub
