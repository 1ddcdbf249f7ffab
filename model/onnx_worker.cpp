// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_worker.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "base/program_prefix.h"
#include "model/worker_process.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr auto time_limit = std::chrono::seconds(60);  // for one model

WorkerFailure worker_died(ChannelProcess& worker, bool is_late) {
    if (is_late) {
        worker.kill();
        return {true, "it took longer than 60 s"};
    }
    return {true, end_text(worker.wait())};
}

WorkerResult ask(ChannelProcess& worker, OnnxTask task, const std::string& model,
                 const std::vector<std::string>& names) {
    MessageChannel channel = worker.channel();
    channel.set_deadline(MessageChannel::Clock::now() + time_limit);
    bool sent = channel.send_number(static_cast<std::uint64_t>(task)) &&
                channel.send_string(model) && channel.send_number(names.size());
    for (const std::string& name : names) sent = sent && channel.send_string(name);
    const auto status = sent ? channel.receive_number() : std::nullopt;
    auto text = status ? channel.receive_string(worker_message_limit) : std::nullopt;
    if (!text) return worker_died(worker, channel.is_late());
    switch (static_cast<WorkerStatus>(*status)) {
        case WorkerStatus::done:
            break;
        case WorkerStatus::failed:
            return WorkerFailure{false, std::move(*text)};
        case WorkerStatus::out_of_memory:
            return WorkerFailure{true, "it ran out of memory"};
    }
    return std::move(*text);
}

}  // namespace

std::unique_ptr<ChannelProcess> start_worker(const std::vector<std::string>& command) {
    try {
        return std::make_unique<ChannelProcess>(command);
    } catch (const std::system_error& error) {
        const bool is_missing = error.code().value() == ENOENT;
        throw WorkerUnavailable(
            fmt::format("{}: the ONNX worker {}; {}", command.front(),
                        is_missing ? "is missing"
                                   : fmt::format("can't be started ({})", error.code().message()),
                        is_missing ? "install onnxhub again, with all of its files" : "try again"));
    }
}

std::string end_text(const ExitStatus& status) {
    return "its process " + status.text();
}

fs::path onnx_worker_program() {
    const fs::path beside = program_prefix() / ONNXHUB_LIBEXEC_FOLDER / "onnx-worker";
    std::error_code error;
    if (fs::exists(beside, error)) return beside;
    return fs::path(ONNXHUB_INSTALL_PREFIX) / ONNXHUB_LIBEXEC_FOLDER / "onnx-worker";
}

struct OnnxWorkers::State {
    std::vector<std::string> command;
    std::mutex mutex;
    std::vector<std::unique_ptr<ChannelProcess>> free_workers;

    std::unique_ptr<ChannelProcess> take() {
        {
            const std::lock_guard lock(mutex);
            if (!free_workers.empty()) {
                auto worker = std::move(free_workers.back());
                free_workers.pop_back();
                return worker;
            }
        }
        return start_worker(command);
    }

    void give_back(std::unique_ptr<ChannelProcess> worker) {
        const std::lock_guard lock(mutex);
        free_workers.push_back(std::move(worker));
    }
};

OnnxWorkers::OnnxWorkers(std::vector<std::string> command) : state_(std::make_unique<State>()) {
    state_->command = std::move(command);
}

OnnxWorkers::~OnnxWorkers() = default;

const std::vector<std::string>& OnnxWorkers::command() const {
    return state_->command;
}

WorkerResult OnnxWorkers::run(OnnxTask task, const std::string& model,
                              const std::vector<std::string>& names) {
    std::unique_ptr<ChannelProcess> worker = state_->take();
    WorkerResult result = ask(*worker, task, model, names);
    if (worker->is_alive()) state_->give_back(std::move(worker));
    return result;
}

}  // namespace onnxhub
