// SPDX-License-Identifier: Apache-2.0
#include "model/model_runtime.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "base/process.h"
#include "base/unlinked_file.h"
#include "base/user_error.h"
#include "embedded/runner_node.h"
#include "embedded/runner_python.h"
#include "model/onnx_worker.h"
#include "model/worker_protocol.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* node_package = "onnxruntime-node";
constexpr const char* python_package = "onnxruntime";
constexpr int model_descriptor = 3;
constexpr auto poll_time = std::chrono::milliseconds(100);
constexpr std::uint64_t messages_limit = 64 * 1024;  // bytes of standard error that are read

std::string text_in(const Descriptor& file, std::uint64_t limit_bytes) {
    std::string text;
    std::vector<std::byte> block(256 * 1024);
    while (text.size() < limit_bytes) {
        const std::size_t count = read_at(file, text.size(), block);
        if (count == 0) break;
        text.append(reinterpret_cast<const char*>(block.data()), count);
    }
    return text;
}

Descriptor file_with(std::string_view text) {
    Descriptor file = open_unlinked_file();
    write_at(file, 0, std::as_bytes(std::span(text)));
    return file;
}

Descriptor file_with(const ByteSource& source) {
    Descriptor file = open_unlinked_file();
    std::vector<std::byte> block(1024 * 1024);
    for (std::uint64_t offset = 0; offset < source.size_bytes();) {
        const std::size_t count = source.read(offset, block);
        if (count == 0) break;
        write_at(file, offset, std::span(block).first(count));
        offset += count;
    }
    return file;
}

std::vector<JsonValue> lines_of(std::string_view text) {
    std::vector<JsonValue> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == text.npos) break;  // cut by the end of the process
        auto parsed = parse_json(text.substr(0, end));
        auto* document = std::get_if<JsonDocument>(&parsed);
        if (!document) break;
        lines.push_back(std::move(document->root));
        text.remove_prefix(end + 1);
    }
    return lines;
}

/// The last line that is not empty, as one clause.
std::string last_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const std::size_t begin = text.rfind('\n');
    return begin == text.npos ? text : text.substr(begin + 1);
}

bool is_package(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / "package.json", error);
}

/// The package in `folder`, in its node_modules, or `folder` itself.
std::optional<fs::path> package_at(const fs::path& folder) {
    for (const fs::path& candidate :
         {folder / "node_modules" / node_package, folder / node_package, folder}) {
        if (candidate.filename() == node_package && is_package(candidate)) return candidate;
    }
    return std::nullopt;
}

std::vector<fs::path> node_folders(const fs::path& node, const Environment& environment) {
    std::vector<fs::path> folders;
    const std::string path = environment("NODE_PATH").value_or("");
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string folder = path.substr(begin, end - begin);
        if (folder.starts_with('/')) folders.emplace_back(folder);
        begin = end + 1;
    }
    std::error_code error;
    const fs::path file = fs::canonical(node, error);
    if (!error) folders.push_back(file.parent_path().parent_path() / "lib" / "node_modules");
    folders.emplace_back("/usr/local/lib/node_modules");
    return folders;
}

}  // namespace

std::optional<std::string> ModelRuntime::start() {
    const RuntimeAnswer answer = ask({}, nullptr, {}, [] {});
    const JsonValue* version =
        answer.lines.empty() ? nullptr : answer.lines.front().find("runtime");
    if (!version || !version->string()) return answer.failure.value_or("it does not answer");
    version_ = *version->string();
    return std::nullopt;
}

ModelRuntime ModelRuntime::find(const std::optional<fs::path>& path,
                                const Environment& environment) {
    std::vector<std::string> problems;
    const auto python = [&](const fs::path& program) -> std::optional<ModelRuntime> {
        ModelRuntime runtime;
        runtime.package_ = python_package;
        runtime.command_ = {program.string(), "-c", std::string(embedded::runner_python)};
        const auto problem = runtime.start();
        if (!problem) return runtime;
        problems.push_back(fmt::format("{}: {}", program.string(), *problem));
        return std::nullopt;
    };
    const auto node = [&](const fs::path& folder) -> std::optional<ModelRuntime> {
        const auto program = find_program("node", environment);
        if (!program) return std::nullopt;
        ModelRuntime runtime;
        runtime.package_ = node_package;
        runtime.package_folder_ = folder.string();
        runtime.command_ = {program->string(), "--v8-pool-size=1", "-e",
                            std::string(embedded::runner_node)};
        const auto problem = runtime.start();
        if (!problem) return runtime;
        problems.push_back(fmt::format("{}: {}", folder.string(), *problem));
        return std::nullopt;
    };
    if (path) {
        std::error_code error;
        const fs::path full = fs::absolute(*path, error).lexically_normal();
        if (!fs::exists(full, error)) {
            problems.emplace_back("it does not exist");
        } else if (!fs::is_directory(full, error)) {
            if (auto runtime = python(full)) return *std::move(runtime);
        } else if (const auto package =
                       package_at(full.has_filename() ? full : full.parent_path())) {
            if (auto runtime = node(*package)) return *std::move(runtime);
        } else if (fs::exists(full / "bin" / "python", error)) {
            if (auto runtime = python(full / "bin" / "python")) return *std::move(runtime);
        }
        throw UserError(fmt::format(
            "{}: no runtime there{}{}; name a Python interpreter that has onnxruntime, or the "
            "folder of the npm package onnxruntime-node",
            path->string(), problems.empty() ? "" : ": ", fmt::join(problems, "; ")));
    }
    if (const auto program = find_program("python3", environment)) {
        if (auto runtime = python(*program)) return *std::move(runtime);
    }
    if (const auto program = find_program("node", environment)) {
        for (const fs::path& folder : node_folders(*program, environment)) {
            const auto package = package_at(folder);
            if (!package) continue;
            if (auto runtime = node(*package)) return *std::move(runtime);
        }
    }
    throw UserError(fmt::format(
        "ONNX Runtime: is not installed{}{}; run pip install onnxruntime, or npm install "
        "onnxruntime-node, or name it with --runtime",
        problems.empty() ? "" : ": ", fmt::join(problems, "; ")));
}

RuntimeAnswer ModelRuntime::ask(JsonObject request, const ByteSource* model,
                                const RunLimits& limits,
                                const std::function<void()>& check_interruption) const {
    using Clock = std::chrono::steady_clock;
    if (!package_folder_.empty()) request.push_back({"package", json_string(package_folder_)});
    if (model) request.push_back({"model", json_integer(model_descriptor)});
    JsonStyle style;
    style.indent = 0;
    const Descriptor input = file_with(json_text(json_object(std::move(request)), style));
    const Descriptor weights = model ? file_with(*model) : open_unlinked_file();
    const Descriptor output = open_unlinked_file();
    const Descriptor messages = open_unlinked_file();
    ProcessRequest process;
    // Twice the processor time, so that a model that never ends is stopped by the clock, which has
    // the better message. The limit is for a runtime with many threads.
    process.command = {onnx_worker_program().string(),
                       isolate_argument,
                       std::to_string(process_id()),
                       std::to_string(limits.memory_bytes),
                       std::to_string(2 * limits.time.count() + 1),
                       std::to_string(limits.answer_bytes)};
    process.command.insert(process.command.end(), command_.begin(), command_.end());
    process.input = ProcessStream::file(input);
    process.output = ProcessStream::file(output);
    process.errors = ProcessStream::file(messages);
    process.more = ProcessStream::file(weights);
    RuntimeAnswer answer;
    const Clock::time_point begin = Clock::now();
    try {
        Process running(process);
        std::optional<ExitStatus> status;
        while (!status && Clock::now() - begin < limits.time) {
            check_interruption();
            status = running.wait_for(poll_time);
        }
        if (!status) {
            running.kill();
            answer.failure = fmt::format("it took longer than {} s", limits.time.count());
        } else if (status->signal || status->code != 0) {
            const std::string message = last_line(text_in(messages, messages_limit));
            answer.failure = fmt::format("its process {}{}{}", status->text(),
                                         message.empty() ? "" : ": ", message);
        }
    } catch (const std::system_error& error) {
        throw UserError(
            fmt::format("{}: can't be started ({}); install onnxhub again, with all of "
                        "its files",
                        process.command.front(), error.code().message()));
    }
    answer.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const std::string text = text_in(output, limits.answer_bytes + 1);
    answer.is_too_large = text.size() >= limits.answer_bytes;
    answer.lines = lines_of(text);
    return answer;
}

}  // namespace onnxhub
