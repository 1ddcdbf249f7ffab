// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

void redirect(const char* path, int flags, int descriptor) {
    const int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, descriptor) < 0) _exit(126);
}

[[noreturn]] void become(const std::vector<std::string>& command, const fs::path& folder,
                         const fs::path& out, const fs::path& err) {
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    if (chdir(folder.c_str()) != 0) _exit(126);
    std::vector<char*> argv;
    for (const std::string& argument : command) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
}

}  // namespace

ProgramResult run_command(const std::vector<std::string>& command, const fs::path& folder) {
    const TemporaryFolder streams;
    const fs::path out = streams.path() / "out", err = streams.path() / "err";
    const pid_t child = fork();
    if (child == 0) become(command, folder, out, err);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(out),
            read_file(err)};
}

std::string onnxhub_program() {
    return ONNXHUB_PROGRAM;
}

ProgramResult run_onnxhub(std::vector<std::string> arguments, const fs::path& folder) {
    arguments.insert(arguments.begin(), onnxhub_program());
    return run_command(arguments, folder);
}

bool has_program(const std::string& program) {
    return run_command({"sh", "-c", "command -v " + program}, "/").status == 0;
}

}  // namespace onnxhub::test
