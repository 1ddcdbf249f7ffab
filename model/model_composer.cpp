// SPDX-License-Identifier: Apache-2.0
#include "model/model_composer.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "model/worker_process.h"

namespace onnxhub {
namespace {

[[noreturn]] void throw_composer_died(const ExitStatus& status) {
    if (status.signal) {
        throw UserError(
            fmt::format("composing: ONNX's own library crashed or took too long (signal {}); "
                        "choose other models",
                        *status.signal));
    }
    throw UserError(fmt::format(
        "composing: the ONNX worker failed: {}; install onnxhub again, with all of its files",
        end_text(status)));
}

}  // namespace

std::string compose_model_files(const std::filesystem::path& preprocessing,
                                const std::filesystem::path& network,
                                const std::filesystem::path& worker) {
    const auto process =
        start_worker({worker.string(), compose_argument, preprocessing.string(), network.string()});
    const MessageChannel channel = process->channel();
    const auto status = channel.receive_number();
    auto text = status ? channel.receive_string(composed_model_limit) : std::nullopt;
    if (!text) throw_composer_died(process->wait());
    switch (static_cast<WorkerStatus>(*status)) {
        case WorkerStatus::done:
            break;
        case WorkerStatus::failed:
            throw UserError(*text);
        case WorkerStatus::out_of_memory:
            throw UserError(
                "composing: the models need more memory than they may take; choose smaller models");
    }
    return std::move(*text);
}

}  // namespace onnxhub
