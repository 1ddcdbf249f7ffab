// SPDX-License-Identifier: Apache-2.0
#include "model/worker/serve_tasks.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/message_channel.h"
#include "model/worker/check_model.h"
#include "model/worker/compose_models.h"
#include "model/worker/first_line.h"
#include "model/worker/infer_shapes.h"
#include "model/worker_protocol.h"

namespace onnxhub {
namespace {

constexpr rlim_t memory_limit = rlim_t{4} << 30;  // bytes of address space, to infer and check

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

void forbid_core_dumps() {
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
}

void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__)  // which reserves terabytes of address space
    const struct rlimit memory = {memory_limit, memory_limit};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

std::string perform(OnnxTask task, const std::string& model,
                    const std::vector<std::string>& names) {
    return task == OnnxTask::check_model ? check_model_task(model)
                                         : infer_shapes_task(model, names);
}

}  // namespace

int serve_onnx_tasks() {
    forbid_core_dumps();
    limit_memory();
    signal(SIGINT, SIG_IGN);  // Ctrl-C is for the parent, whose end closes our socket
    const MessageChannel channel(STDIN_FILENO);
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
    return send_answer(MessageChannel(STDIN_FILENO), answer) ? 0 : 1;
}

}  // namespace onnxhub
