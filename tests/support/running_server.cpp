// SPDX-License-Identifier: Apache-2.0
#include "tests/support/running_server.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

RunningServer::RunningServer(const std::filesystem::path& hub, const std::filesystem::path& work,
                             const std::vector<std::string>& options) {
    const std::string out = (work / "serve.out").string();
    const std::string log = (work / "access.log").string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), flags, 0666);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), flags, 0666);
    std::vector<std::string> arguments{onnxhub_program(), "serve", hub.string(), "--port", "0"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = 0;
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 1000 && pid_ > 0 && !url_.ends_with('\n'); ++i) {
        usleep(10'000);
        if (std::filesystem::exists(out)) url_ = read_file(out);
    }
    if (!url_.empty()) url_.pop_back();
}

void RunningServer::hang_up() const {
    kill(pid_, SIGHUP);
}

int RunningServer::stop() {
    int status = -1;
    if (pid_ > 0) {
        kill(pid_, SIGTERM);
        waitpid(pid_, &status, 0);
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace onnxhub::test
