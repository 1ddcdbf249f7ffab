// SPDX-License-Identifier: Apache-2.0
#include "repository/git_command.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "manifest/environment_error.h"

extern char** environ;

namespace onnxhub {
namespace {

/// This process's environment, and that git asks nobody.
std::vector<char*> environment_of_git() {
    static char no_prompt[] = "GIT_TERMINAL_PROMPT=0";
    std::vector<char*> environment{no_prompt};
    for (char** variable = environ; *variable; ++variable) {
        if (std::strncmp(*variable, "GIT_TERMINAL_PROMPT=", 20) != 0) {
            environment.push_back(*variable);
        }
    }
    environment.push_back(nullptr);
    return environment;
}

}  // namespace

int run_git(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-C", folder.string()});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t child = 0;
    const int failure =
        posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environment_of_git().data());
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

}  // namespace onnxhub
