// SPDX-License-Identifier: Apache-2.0
#include "repository/git_command.h"

#include <array>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/process.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

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

std::string read_lines(const Descriptor& pipe, const GitMessages& messages) {
    Lines lines(messages);
    std::array<char, 4096> block;
    for (;;) {
        const auto count = read_some(pipe, std::as_writable_bytes(std::span(block)));
        if (!count || *count == 0) return lines.finish();
        lines.add({block.data(), *count});
    }
}

}  // namespace

GitOutcome run_git(const std::filesystem::path& folder, std::vector<std::string> arguments,
                   const GitMessages& messages) {
    arguments.insert(arguments.begin(), {"git", "-C", folder.string()});
    ProcessRequest request{std::move(arguments), {"GIT_TERMINAL_PROMPT=0"}};
    if (messages.wants_progress) request.environment.emplace_back("GIT_LFS_FORCE_PROGRESS=1");
    try {
        Pipe pipe;
        request.output = request.errors = ProcessStream::file(pipe.write_end);
        Process git(request);
        pipe.write_end.close();  // only git holds it now, so reading ends with git
        GitOutcome outcome;
        outcome.last_line = read_lines(pipe.read_end, messages);
        outcome.status = git.wait().shell_code();
        return outcome;
    } catch (const std::system_error& error) {
        const bool is_missing = error.code() == std::errc::no_such_file_or_directory;
        throw UserError("git: can't be run (" + error.code().message() +
                        (is_missing ? "); install git" : "); close other programs"));
    }
}

}  // namespace onnxhub
