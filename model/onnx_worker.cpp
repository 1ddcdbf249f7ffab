// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "base/user_error.h"
#include "model/onnx_tasks.h"

extern char** environ;

namespace onnxhub {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto never = Clock::time_point::max();

constexpr rlim_t memory_limit = rlim_t{4} << 30;       // bytes of address space of a worker
constexpr auto time_limit = std::chrono::seconds(60);  // for one model

// What goes over the socket, in the byte order of the machine: a request is the task, the model,
// then the number of names and the names; a response is a status and a text. Every string has its
// length in 8 bytes before it.
enum class Status : std::uint64_t { done, failed, out_of_memory };
constexpr std::uint64_t message_limit = std::uint64_t{1} << 30;  // bytes of one string

/// One end of the socket between us and a worker. Calls give false when the other end is gone.
class Channel {
public:
    explicit Channel(int fd) : fd_(fd) {}

    bool send(const void* data, std::size_t size) const {
        const char* next = static_cast<const char*>(data);
        while (size > 0) {
            const ssize_t sent = ::send(fd_, next, size, MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent <= 0) return false;
            next += sent;
            size -= static_cast<std::size_t>(sent);
        }
        return true;
    }

    bool send_number(std::uint64_t number) const { return send(&number, sizeof number); }

    bool send_string(const std::string& text) const {
        return send_number(text.size()) && send(text.data(), text.size());
    }

    /// With a deadline, waits no longer than that.
    bool receive(void* data, std::size_t size) const {
        char* next = static_cast<char*>(data);
        while (size > 0) {
            if (!wait()) return false;
            const ssize_t received = recv(fd_, next, size, 0);
            if (received < 0 && errno == EINTR) continue;
            if (received <= 0) return false;
            next += received;
            size -= static_cast<std::size_t>(received);
        }
        return true;
    }

    std::optional<std::uint64_t> receive_number() const {
        std::uint64_t number = 0;
        if (!receive(&number, sizeof number)) return std::nullopt;
        return number;
    }

    std::optional<std::string> receive_string() const {
        const auto size = receive_number();
        if (!size || *size > message_limit) return std::nullopt;
        std::string text(static_cast<std::size_t>(*size), '\0');
        if (!receive(text.data(), text.size())) return std::nullopt;
        return text;
    }

    void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
    bool is_late() const { return Clock::now() >= deadline_; }

private:
    bool wait() const {
        if (deadline_ == never) return true;
        using std::chrono::milliseconds;
        for (;;) {
            const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
            if (left.count() <= 0) return false;
            struct pollfd descriptor = {fd_, POLLIN, 0};
            const int ready = poll(&descriptor, 1, static_cast<int>(left.count()));
            if (ready > 0) return true;
            if (ready < 0 && errno != EINTR) return false;
        }
    }

    int fd_;
    Clock::time_point deadline_ = never;
};

/// A process that infers for us, one model after the other.
class Worker {
public:
    explicit Worker(std::vector<std::string> command) {
        int ends[2] = {-1, -1};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            throw UserError(std::string("the ONNX worker: can't start (") + std::strerror(errno) +
                            ")");
        }
        fd_ = ends[0];
        const int failure = spawn(std::move(command), ends[1]);
        close(ends[1]);
        if (failure != 0) {
            close(fd_);
            throw UserError(std::string("the ONNX worker: can't start (") + std::strerror(failure) +
                            ")");
        }
    }

    ~Worker() {
        close(fd_);
        end();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    bool is_alive() const { return process_ > 0; }

    WorkerResult run(OnnxTask task, const std::string& model,
                     const std::vector<std::string>& names) {
        Channel channel(fd_);
        channel.set_deadline(Clock::now() + time_limit);
        bool sent = channel.send_number(static_cast<std::uint64_t>(task)) &&
                    channel.send_string(model) && channel.send_number(names.size());
        for (const std::string& name : names) sent = sent && channel.send_string(name);
        const auto status = sent ? channel.receive_number() : std::nullopt;
        auto text = status ? channel.receive_string() : std::nullopt;
        if (!text) return died(channel.is_late());
        switch (static_cast<Status>(*status)) {
            case Status::done:
                break;
            case Status::failed:
                return WorkerFailure{false, std::move(*text)};
            case Status::out_of_memory:
                return WorkerFailure{true, "it ran out of memory"};
        }
        return std::move(*text);
    }

private:
    int spawn(std::vector<std::string> command, int standard_input) {
        std::vector<char*> argv;
        for (std::string& argument : command) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
        // libonnx prints warnings of its own; they are not for our users.
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        const int failure =
            posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (failure != 0) process_ = -1;
        return failure;
    }

    WorkerFailure died(bool is_late) {
        if (is_late) {
            end();
            return {true, "it took longer than 60 s"};
        }
        const int status = wait_for_end();
        if (WIFSIGNALED(status)) {
            return {true, std::string("its process was ended by a signal (") +
                              strsignal(WTERMSIG(status)) + ")"};
        }
        return {true, "its process ended with status " + std::to_string(WEXITSTATUS(status))};
    }

    int wait_for_end() {
        int status = 0;
        while (process_ > 0 && waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = -1;
        return status;
    }

    void end() {
        if (process_ <= 0) return;
        kill(process_, SIGKILL);
        wait_for_end();
    }

    int fd_ = -1;
    pid_t process_ = -1;
};

void limit_worker() {
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#if !defined(__SANITIZE_ADDRESS__)  // which reserves terabytes of address space
    const struct rlimit memory = {memory_limit, memory_limit};
    setrlimit(RLIMIT_AS, &memory);
#endif
    signal(SIGINT, SIG_IGN);  // Ctrl-C is for the parent, whose end closes our socket
}

std::string perform(OnnxTask task, const std::string& model,
                    const std::vector<std::string>& names) {
    return task == OnnxTask::check_model ? check_model_task(model)
                                         : infer_shapes_task(model, names);
}

std::pair<Status, std::string> answer(OnnxTask task, const std::string& model,
                                      const std::vector<std::string>& names) {
    try {
        return {Status::done, perform(task, model, names)};
    } catch (const std::bad_alloc&) {
        return {Status::out_of_memory, ""};
    } catch (const std::exception& error) {
        return {Status::failed, first_line(error.what())};
    }
}

}  // namespace

struct OnnxWorkers::State {
    std::vector<std::string> command;
    std::mutex mutex;
    std::vector<std::unique_ptr<Worker>> free_workers;

    std::unique_ptr<Worker> take() {
        {
            const std::lock_guard lock(mutex);
            if (!free_workers.empty()) {
                auto worker = std::move(free_workers.back());
                free_workers.pop_back();
                return worker;
            }
        }
        return std::make_unique<Worker>(command);
    }

    void give_back(std::unique_ptr<Worker> worker) {
        const std::lock_guard lock(mutex);
        free_workers.push_back(std::move(worker));
    }
};

OnnxWorkers::OnnxWorkers(std::vector<std::string> command) : state_(std::make_unique<State>()) {
    state_->command = std::move(command);
}

OnnxWorkers::~OnnxWorkers() = default;

WorkerResult OnnxWorkers::run(OnnxTask task, const std::string& model,
                              const std::vector<std::string>& names) {
    std::unique_ptr<Worker> worker = state_->take();
    WorkerResult result = worker->run(task, model, names);
    if (worker->is_alive()) state_->give_back(std::move(worker));
    return result;
}

int serve_onnx_tasks() {
    limit_worker();
    const Channel channel(STDIN_FILENO);
    while (const auto task = channel.receive_number()) {
        const auto model = channel.receive_string();
        if (!model) return 1;
        std::vector<std::string> names;
        const auto count = channel.receive_number();
        for (std::uint64_t i = 0; count && i < *count; ++i) {
            auto name = channel.receive_string();
            if (!name) return 1;
            names.push_back(std::move(*name));
        }
        const auto [status, text] = answer(static_cast<OnnxTask>(*task), *model, names);
        if (!channel.send_number(static_cast<std::uint64_t>(status))) return 1;
        if (!channel.send_string(text)) return 1;
    }
    return 0;
}

}  // namespace onnxhub
