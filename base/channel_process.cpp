// SPDX-License-Identifier: Apache-2.0
#include "base/channel_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

extern char** environ;

namespace onnxhub {

ChannelProcess::ChannelProcess(std::vector<std::string> command) {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        throw std::system_error(errno, std::generic_category());
    }
    fd_ = ends[0];
    const int failure = spawn(std::move(command), ends[1]);
    close(ends[1]);
    if (failure != 0) {
        close(fd_);
        throw std::system_error(failure, std::generic_category());
    }
}

ChannelProcess::~ChannelProcess() {
    close(fd_);
    kill();
}

/// Returns 0 or an error number.
int ChannelProcess::spawn(std::vector<std::string> command, int standard_input) {
    std::vector<char*> argv;
    for (std::string& argument : command) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int failure = posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) process_ = -1;
    return failure;
}

int ChannelProcess::wait() {
    int status = 0;
    while (process_ > 0 && waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
}

void ChannelProcess::kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    wait();
}

}  // namespace onnxhub
