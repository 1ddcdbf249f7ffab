// SPDX-License-Identifier: Apache-2.0
#include "repository/config_text.h"

#include <chrono>
#include <cstddef>
#include <span>
#include <system_error>

#include "base/file_status.h"
#include "base/process.h"
#include "base/unlinked_file.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::chrono::seconds longest_read(30);
constexpr int found_status = 0;
constexpr int missing_status = 1;

ExitStatus run(const ProcessRequest& request, const std::string& shown_name) {
    try {
        Process git(request);
        if (const auto status = git.wait_for(longest_read)) return *status;
    } catch (const std::system_error& error) {
        throw UserError("git: can't be run (" + error.code().message() + "); install git");
    }
    throw UserError(shown_name + ": git takes too long to read it; make it smaller");
}

/// What git printed: the value and a NUL.
std::string value_in(const Descriptor& output) {
    const auto status = status_of(output);
    std::string value(status ? status->size_bytes : 0, '\0');
    value.resize(read_at(output, 0, std::as_writable_bytes(std::span(value))));
    return value.substr(0, value.find('\0'));
}

}  // namespace

std::optional<std::string> config_text_value(const std::string& text, const std::string& key,
                                             const std::string& shown_name) {
    const Descriptor input = open_unlinked_file();
    const Descriptor output = open_unlinked_file();
    write_at(input, 0, std::as_bytes(std::span(text)));
    ProcessRequest request{
        {"git", "config", "--file", "-", "--no-includes", "--null", "--get", key}};
    request.input = ProcessStream::file(input);
    request.output = ProcessStream::file(output);
    request.errors = ProcessStream::null();
    const ExitStatus status = run(request, shown_name);
    if (status.shell_code() == missing_status) return std::nullopt;
    if (status.shell_code() == found_status) return value_in(output);
    throw UserError(shown_name + ": git can't read it; check it with `git config --file " +
                    shown_name + " --list`");
}

}  // namespace onnxhub
