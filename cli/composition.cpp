// SPDX-License-Identifier: Apache-2.0
#include "cli/composition.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/atomic_file.h"
#include "base/user_error.h"
#include "hosting/client/model_composer.h"
#include "hosting/client/onnx_hub.h"

namespace onnxhub {
namespace {

constexpr rlim_t longest_computing = 600;  // seconds

// Address space: for libraries and small models, and for each byte of the two models. Each is held
// as bytes and as messages, and so is the result.
constexpr rlim_t memory_base = rlim_t{1} << 30;  // bytes
constexpr rlim_t memory_per_byte = 8;

/// What the other process says on standard error, up to its end.
std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> buffer = {};
    for (;;) {
        const ssize_t count = read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        if (text.size() < 64 * 1024) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

/// The last line, where the error stands: libonnx may have said something before.
std::string last_line(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

/// Bounds time and memory from here on, by the sizes of the models.
void limit_resources([[maybe_unused]] const std::filesystem::path& preprocessing,
                     [[maybe_unused]] const std::filesystem::path& network) {
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const rlimit time = {longest_computing, longest_computing};
    setrlimit(RLIMIT_CPU, &time);
#if !defined(__SANITIZE_ADDRESS__)  // which reserves terabytes of address space
    const rlim_t size =
        std::filesystem::file_size(preprocessing) + std::filesystem::file_size(network);
    const rlimit memory = {memory_base + memory_per_byte * size,
                           memory_base + memory_per_byte * size};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

}  // namespace

void compose_in_own_process(const std::filesystem::path& preprocessing,
                            const std::filesystem::path& network,
                            const std::filesystem::path& result) {
    std::string arguments[] = {"onnxhub", compose_argument, preprocessing.string(),
                               network.string(), result.string()};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                    arguments[3].data(), arguments[4].data(), nullptr};
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        throw UserError(std::string("composing: no pipe (") + std::strerror(errno) +
                        "); close some files");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
    // libonnx prints warnings that quote the models; they are not for our users.
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int error = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    const std::string said = error == 0 ? read_all(pipe_ends[0]) : "";
    close(pipe_ends[0]);
    int status = 0;
    while (error == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (error != 0) {
        throw UserError(std::string("composing: no process (") + std::strerror(error) +
                        "); is /proc mounted?");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    if (WIFEXITED(status)) throw UserError(last_line(said));
    throw UserError("composing: ONNX's own library crashed or took too long (signal " +
                    std::to_string(WTERMSIG(status)) + "); choose other models");
}

void compose_files(const std::filesystem::path& preprocessing, const std::filesystem::path& network,
                   const std::filesystem::path& result) {
    limit_resources(preprocessing, network);
    const onnx::ModelProto composed =
        compose_models(read_model(preprocessing), read_model(network));
    write_file_atomically(result, composed.SerializeAsString());
}

}  // namespace onnxhub
