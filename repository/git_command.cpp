// SPDX-License-Identifier: Apache-2.0
#include "repository/git_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/user_error.h"

extern char** environ;

namespace onnxhub {
namespace {

/// This process's environment, with git's prompts disabled.
std::vector<std::string> environment_of_git(bool wants_progress) {
    std::vector<std::string> environment{"GIT_TERMINAL_PROMPT=0"};
    if (wants_progress) environment.emplace_back("GIT_LFS_FORCE_PROGRESS=1");
    for (char** variable = environ; *variable; ++variable) {
        if (std::strncmp(*variable, "GIT_TERMINAL_PROMPT=", 20) != 0) {
            environment.emplace_back(*variable);
        }
    }
    return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Splits a stream of bytes into lines.
class Lines {
public:
    explicit Lines(const GitMessages& messages) : messages_(messages) {}

    void add(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n' || c == '\r') {
                end_line(c == '\n');
            } else if (line_.size() < git_line_limit) {
                line_ += c;
            }
        }
    }

    std::string finish() {
        end_line(true);
        return last_line_;
    }

private:
    void end_line(bool is_final) {
        if (line_.empty()) return;
        told_ += line_.size();
        if (messages_.tell && told_ <= git_messages_limit) messages_.tell(line_, is_final);
        last_line_ = std::exchange(line_, {});
    }

    const GitMessages& messages_;
    std::string line_;
    std::string last_line_;
    std::size_t told_ = 0;
};

std::string read_lines(int pipe, const GitMessages& messages) {
    Lines lines(messages);
    std::array<char, 4096> block;
    while (true) {
        const ssize_t count = read(pipe, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        lines.add({block.data(), static_cast<std::size_t>(count)});
    }
    return lines.finish();
}

}  // namespace

GitOutcome run_git(const std::filesystem::path& folder, std::vector<std::string> arguments,
                   const GitMessages& messages) {
    arguments.insert(arguments.begin(), {"git", "-C", folder.string()});
    std::vector<std::string> environment = environment_of_git(messages.wants_progress);
    std::array<int, 2> pipe_ends{};
    if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
        throw UserError(std::string("git: can't be run (") + std::strerror(errno) +
                        "); close other programs");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    pid_t child = 0;
    const int failure =
        posix_spawnp(&child, "git", &actions, nullptr, pointers_to(arguments).data(),
                     pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    if (failure != 0) {
        close(pipe_ends[0]);
        throw UserError(std::string("git: can't be run (") + std::strerror(failure) +
                        "); install git");
    }
    GitOutcome outcome;
    outcome.last_line = read_lines(pipe_ends[0], messages);
    close(pipe_ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return {-1, outcome.last_line};
    }
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

}  // namespace onnxhub
