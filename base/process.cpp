// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace onnxhub {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// "NAME=" of "NAME=value".
std::string_view name_in(std::string_view variable) {
    return variable.substr(0, variable.find('=') + 1);
}

/// `changes`, then the variables of this process that they do not replace.
std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
    std::vector<std::string> environment = changes;
    for (char** present = environ; present && *present; ++present) {
        const auto replaces = [&](const std::string& change) {
            return name_in(change) == name_in(*present);
        };
        if (std::ranges::none_of(changes, replaces)) environment.emplace_back(*present);
    }
    return environment;
}

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void open_null(int stream) {
        const int flags = stream == STDIN_FILENO ? O_RDONLY : O_WRONLY;
        posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", flags, 0);
    }
    void duplicate(int fd, int stream) { posix_spawn_file_actions_adddup2(&actions_, fd, stream); }

    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_ = {};
};

/// Of ProcessRequest::more.
constexpr int more_fileno = STDERR_FILENO + 1;

/// Copies of files below 4, which a stream that is set before could close.
class StreamFiles {
public:
    int above_streams(int fd) {
        if (fd > more_fileno) return fd;
        Descriptor copy(fcntl(fd, F_DUPFD_CLOEXEC, more_fileno + 1));
        if (!copy.is_open()) throw std::system_error(errno, std::generic_category());
        copies_.push_back(std::move(copy));
        return copies_.back().get();
    }

private:
    std::vector<Descriptor> copies_;
};

}  // namespace

const char* const this_program = "/proc/self/exe";

std::string ExitStatus::text() const {
    if (!signal) return "ended with status " + std::to_string(code);
    return std::string("was ended by a signal (") + strsignal(*signal) + ")";
}

Process::Process(const ProcessRequest& request) {
    FileActions actions;
    StreamFiles files;
    const std::array<std::pair<const ProcessStream*, int>, 4> streams = {
        {{&request.input, STDIN_FILENO},
         {&request.output, STDOUT_FILENO},
         {&request.errors, STDERR_FILENO},
         {&request.more, more_fileno}}};
    for (const auto& [stream, number] : streams) {
        if (stream->kind_ == ProcessStream::Kind::null) actions.open_null(number);
        if (stream->kind_ == ProcessStream::Kind::file) {
            actions.duplicate(files.above_streams(stream->fd_), number);
        }
    }
    std::vector<std::string> command = request.command;
    std::vector<std::string> environment = environment_with(request.environment);
    const auto argv = pointers_to(command);
    pid_t id = -1;
    const int error = posix_spawnp(&id, argv.front(), actions.get(), nullptr, argv.data(),
                                   pointers_to(environment).data());
    if (error != 0) throw std::system_error(error, std::generic_category());
    id_ = id;
}

/// Nothing while the process runs, which only a poll with WNOHANG reports.
std::optional<ExitStatus> Process::poll_status(int options) {
    int status = 0;
    pid_t ended = -1;
    do {
        ended = waitpid(id_, &status, options);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) return std::nullopt;
    id_ = -1;
    // Only where this program ignores SIGCHLD: the status is lost.
    if (ended < 0) return ExitStatus{-1, std::nullopt};
    if (WIFSIGNALED(status)) return ExitStatus{0, WTERMSIG(status)};
    return ExitStatus{WEXITSTATUS(status), std::nullopt};
}

ExitStatus Process::wait() {
    return *poll_status(0);
}

std::optional<ExitStatus> Process::wait_for(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    constexpr Clock::duration longest_pause = std::chrono::milliseconds(50);
    const Clock::time_point end = Clock::now() + time;
    for (Clock::duration pause = std::chrono::microseconds(500);;
         pause = std::min(2 * pause, longest_pause)) {
        if (const auto status = poll_status(WNOHANG)) return status;
        const Clock::time_point now = Clock::now();
        if (now >= end) return std::nullopt;
        std::this_thread::sleep_for(std::min(pause, end - now));
    }
}

void Process::kill() {
    if (!is_running()) return;
    ::kill(id_, SIGKILL);
    wait();
}

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
    read_end = Descriptor(ends[0]);
    write_end = Descriptor(ends[1]);
}

SocketPair::SocketPair() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category());
    }
    ours = Descriptor(ends[0]);
    theirs = Descriptor(ends[1]);
}

int process_id() {
    return getpid();
}

std::optional<std::string> environment_value(const char* name) {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace onnxhub
