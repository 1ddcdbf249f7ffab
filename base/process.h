// SPDX-License-Identifier: Apache-2.0
// Starts other programs and waits for them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"

namespace onnxhub {

/// How a process ended.
struct ExitStatus {
    int code = 0;               ///< of exit(3), when no signal ended it
    std::optional<int> signal;  ///< that ended it

    bool is_success() const { return code == 0 && !signal; }
    /// The status that shells report: the exit code, or 128 + n for signal n.
    int shell_code() const { return signal ? 128 + *signal : code; }
    /// "ended with status 3", "was ended by a signal (Killed)"
    std::string text() const;

    bool operator==(const ExitStatus&) const = default;
};

/// What a new process reads from or writes to.
class ProcessStream {
public:
    static ProcessStream inherited() { return ProcessStream(Kind::inherited, -1); }
    /// /dev/null: reads are empty and writes are discarded.
    static ProcessStream null() { return ProcessStream(Kind::null, -1); }
    /// The file must stay open until the process was started.
    static ProcessStream file(const Descriptor& file) { return {Kind::file, file.get()}; }

private:
    enum class Kind { inherited, null, file };
    ProcessStream(Kind kind, int fd) : kind_(kind), fd_(fd) {}

    friend class Process;
    Kind kind_;
    int fd_;
};

struct ProcessRequest {
    /// The program and its arguments. Without a '/' the program is searched for in $PATH.
    std::vector<std::string> command;
    /// "NAME=value" items that extend or replace the environment of this process.
    std::vector<std::string> environment = {};
    ProcessStream input = ProcessStream::inherited();
    ProcessStream output = ProcessStream::inherited();
    ProcessStream errors = ProcessStream::inherited();
    /// A file that the process has as descriptor 3; inherited: none.
    ProcessStream more = ProcessStream::inherited();
};

/// A child process. The destructor kills it if it still runs. Not thread-safe, but several threads
/// may start processes.
class Process {
public:
    /// Throws std::system_error when the program can't be started, such as ENOENT when it does
    /// not exist.
    explicit Process(const ProcessRequest& request);
    ~Process() { kill(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    bool is_running() const { return id_ > 0; }  ///< as far as wait() and kill() know

    /// Waits until the process ends. Call it once.
    ExitStatus wait();

    /// The same, but gives up after `time`: then nothing is returned, and the process still runs.
    std::optional<ExitStatus> wait_for(std::chrono::milliseconds time);

    /// Kills the process and waits until it has ended. No effect if it has ended already.
    void kill();

private:
    std::optional<ExitStatus> poll_status(int options);

    int id_ = -1;
};

/// The two ends of a pipe. The constructor throws std::system_error on failure.
struct Pipe {
    Pipe();
    Descriptor read_end;
    Descriptor write_end;
};

/// Two connected sockets. The constructor throws std::system_error on failure.
struct SocketPair {
    SocketPair();
    Descriptor ours;
    Descriptor theirs;
};

/// The path of the running program, to start another process of it.
extern const char* const this_program;

int process_id();

/// The value of an environment variable; nothing when it is not set.
std::optional<std::string> environment_value(const char* name);

}  // namespace onnxhub
