// SPDX-License-Identifier: Apache-2.0
// Runs a command, discards its output, and prints its resource usage as the kernel counts it:
// timed COMMAND [ARGUMENT...] -> "seconds peak_kib read_bytes". This program is small because the
// kernel counts the memory of the parent process until the command has started.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

/// The bytes that read(2), pread(2) and similar calls returned to an ended process that has not
/// been waited for, and to its children; -1 where a container hides them.
long long bytes_read_by(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/io";
    long long bytes = -1;
    if (std::FILE* counters = std::fopen(path.c_str(), "r")) {
        if (std::fscanf(counters, "rchar: %lld", &bytes) != 1) bytes = -1;
        std::fclose(counters);
    }
    return bytes;
}

/// Discards standard output. Standard error stays visible.
int start(char** command, pid_t& process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    const int error = posix_spawnp(&process, command[0], &actions, nullptr, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: timed COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    pid_t process = 0;
    const auto begin = std::chrono::steady_clock::now();
    if (const int error = start(argv + 1, process)) {
        std::fprintf(stderr, "timed: error: %s: %s\n", argv[1], std::strerror(error));
        return 127;
    }
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOWAIT);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const long long read_bytes = bytes_read_by(process);
    int status = 0;
    rusage usage{};
    wait4(process, &status, 0, &usage);
    std::printf("%.6f %ld %lld\n", taken.count(), usage.ru_maxrss, read_bytes);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
