// SPDX-License-Identifier: Apache-2.0
#include "generator/lfs_fetch.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <variant>

#include "generator/lfs_pointer.h"
#include "generator/tree.h"
#include "manifest/atomic_file.h"
#include "manifest/environment_error.h"

extern char** environ;

namespace onnxhub {
namespace {

/// Linux takes 128 KiB for one argument (MAX_ARG_STRLEN).
constexpr std::size_t argument_limit = 100 * 1024;  // bytes

/// Runs git with its output on our standard error, and gives its exit status.
int run_git(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-C", folder.string()});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child = 0;
    const int failure = posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        throw EnvironmentError(std::string("git: can't be run (") + std::strerror(failure) +
                               "); install git");
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool has_git_lfs(const std::filesystem::path& folder) {
    // `git lfs env` and the like print a lot; this asks git for the name of the lfs command alone.
    return run_git(folder, {"-c", "alias.has-lfs=!git lfs version >/dev/null 2>&1", "has-lfs"}) ==
           0;
}

std::filesystem::path object_file(const std::filesystem::path& storage, const Sha256& oid) {
    const std::string hex = to_hex(oid);
    return storage / "objects" / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

}  // namespace

std::vector<std::string> lfs_include_patterns(const std::vector<std::string>& paths) {
    std::vector<std::string> patterns;
    for (const std::string& path : paths) {
        std::string pattern = "/" + path;
        for (char& c : pattern) {
            if (std::strchr(",*?[]\\!#", c)) c = '?';
        }
        if (patterns.empty() || patterns.back().size() + pattern.size() > argument_limit) {
            patterns.push_back(std::move(pattern));
        } else {
            patterns.back() += "," + pattern;
        }
    }
    return patterns;
}

FetchedContent::FetchedContent(const GitRepository& repository, std::filesystem::path folder,
                               const std::optional<std::string>& revision,
                               std::vector<std::string> paths, bool drop)
    : folder_(std::move(folder)), storage_(repository.lfs_storage()), drop_(drop) {
    if (!has_git_lfs(folder_)) {
        throw EnvironmentError(
            "git-lfs: is not installed; install it (apt install git-lfs), or "
            "leave out --fetch");
    }
    const auto tree = revision ? repository.tree_of(repository.resolve_commit(*revision), "")
                               : repository.working_tree("");
    for (const std::string& path : paths) remember(*tree, path);
    if (revision) {
        for (Pointer& pointer : pointers_) pointer.file.clear();
    }
    for (const std::string& include : lfs_include_patterns(paths)) {
        std::vector<std::string> command =
            revision ? std::vector<std::string>{"lfs", "fetch", "origin", *revision}
                     : std::vector<std::string>{"lfs", "pull"};
        command.insert(command.end(), {"--include", include, "--exclude", ""});
        const int status = run_git(folder_, command);
        if (status == 0) continue;
        put_pointers_back();
        throw EnvironmentError("git lfs " + command[1] + ": failed with status " +
                               std::to_string(status) +
                               "; see its messages above, or leave out --fetch");
    }
}

FetchedContent::~FetchedContent() {
    put_pointers_back();
}

void FetchedContent::remember(const Tree& tree, const std::string& path) {
    const auto resolved = resolve_symlinks(tree, path);
    if (!std::holds_alternative<std::string>(resolved)) return;
    const auto& target = std::get<std::string>(resolved);
    std::string text = read_whole(*tree.open(target), lfs_pointer_size_limit, target);
    const auto pointer = parse_lfs_pointer(text);
    if (!std::holds_alternative<LfsPointer>(pointer)) return;
    pointers_.push_back({folder_ / target, std::move(text),
                         object_file(storage_, std::get<LfsPointer>(pointer).oid)});
}

void FetchedContent::put_pointers_back() noexcept {
    if (!drop_) return;
    for (const Pointer& pointer : std::exchange(pointers_, {})) {
        try {
            if (!pointer.file.empty()) write_file_atomically(pointer.file, pointer.text);
        } catch (const EnvironmentError&) {
            continue;  // the content stays where it is: nothing is lost, and git status is clean
        }
        std::error_code ignored;  // an object that stays only takes room
        std::filesystem::remove(pointer.object, ignored);
    }
}

}  // namespace onnxhub
