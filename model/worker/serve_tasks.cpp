// SPDX-License-Identifier: Apache-2.0
#include "model/worker/serve_tasks.h"

#include <google/protobuf/stubs/common.h>
#include <onnx/common/version.h>

#include <cstdint>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/message_channel.h"
#include "base/process_limits.h"
#include "base/signals.h"
#include "model/worker/check_model.h"
#include "model/worker/compose_models.h"
#include "model/worker/first_line.h"
#include "model/worker/infer_shapes.h"
#include "model/worker_protocol.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t memory_limit = std::uint64_t{4}
                                       << 30;  // bytes of address space, to infer and check

using Answer = std::pair<WorkerStatus, std::string>;

Answer answer_of(const std::function<std::string()>& work) {
    try {
        return {WorkerStatus::done, work()};
    } catch (const std::bad_alloc&) {
        return {WorkerStatus::out_of_memory, ""};
    } catch (const std::exception& error) {
        return {WorkerStatus::failed, error.what()};
    }
}

bool send_answer(const MessageChannel& channel, const Answer& answer) {
    return channel.send_number(static_cast<std::uint64_t>(answer.first)) &&
           channel.send_string(answer.second);
}

std::string library_versions() {
    return std::string("libonnx ") + onnx::LAST_RELEASE_VERSION + ", protobuf " +
           google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
}

std::string perform(OnnxTask task, const std::string& model,
                    const std::vector<std::string>& names) {
    switch (task) {
        case OnnxTask::infer_shapes:
            return infer_shapes_task(model, names);
        case OnnxTask::check_model:
            return check_model_task(model);
        case OnnxTask::library_versions:
            return library_versions();
    }
    throw std::runtime_error("unknown task");
}

}  // namespace

int serve_onnx_tasks() {
    forbid_core_dumps();
    limit_address_space(memory_limit);
    ignore_interrupts();  // Ctrl-C is for the parent, whose end closes our socket
    const MessageChannel channel = MessageChannel::over_standard_input();
    while (const auto task = channel.receive_number()) {
        const auto model = channel.receive_string(worker_message_limit);
        if (!model) return 1;
        std::vector<std::string> names;
        const auto count = channel.receive_number();
        for (std::uint64_t i = 0; count && i < *count; ++i) {
            auto name = channel.receive_string(worker_message_limit);
            if (!name) return 1;
            names.push_back(std::move(*name));
        }
        Answer answer =
            answer_of([&] { return perform(static_cast<OnnxTask>(*task), *model, names); });
        if (answer.first == WorkerStatus::failed) answer.second = first_line(answer.second);
        if (!send_answer(channel, answer)) return 1;
    }
    return 0;
}

int serve_composition(const std::filesystem::path& preprocessing,
                      const std::filesystem::path& network) {
    forbid_core_dumps();
    const auto answer = answer_of([&] { return compose_model_files_here(preprocessing, network); });
    return send_answer(MessageChannel::over_standard_input(), answer) ? 0 : 1;
}

}  // namespace onnxhub
