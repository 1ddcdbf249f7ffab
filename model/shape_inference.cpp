// SPDX-License-Identifier: Apache-2.0
#include "model/shape_inference.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "base/digest.h"
#include "base/environment.h"
#include "base/file_stamp.h"
#include "base/kept_files.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t kept_answer_limit = 1024 * 1024;  // bytes

/// Raised when this program reads answers in another way.
constexpr const char* answer_version = "1";

/// Changes when the file at `path` is replaced, for example by an upgrade.
void add_stamp(const std::filesystem::path& path, FieldHasher& hasher) {
    const auto stamp = stamp_of(path);
    hasher.add(path.string());
    hasher.add(stamp ? fmt::format("{} {} {} {}.{}", stamp->device, stamp->inode, stamp->size_bytes,
                                   stamp->seconds, stamp->nanoseconds)
                     : "");
}

class IsolatedShapeInference : public ShapeInference {
public:
    IsolatedShapeInference(std::shared_ptr<OnnxWorkers> workers,
                           std::optional<std::filesystem::path> answers)
        : workers_(std::move(workers)),
          keeps_answers_(answers.has_value()),
          answers_(std::move(answers), ".shapes", kept_inferences, kept_answer_limit) {}

    InferenceResult infer(const std::string& model,
                          const std::vector<std::string>& tensors) override {
        const std::optional<Sha256> key =
            keeps_answers_ ? std::optional(key_of(model, tensors)) : std::nullopt;
        if (key) {
            const auto kept = answers_.find(*key);
            auto shapes = kept ? parse_inferred_shapes(*kept) : std::nullopt;
            if (shapes) return std::move(*shapes);
        }
        WorkerResult result = workers_->run(OnnxTask::infer_shapes, model, tensors);
        if (auto* failure = std::get_if<WorkerFailure>(&result)) {
            return InferenceFailure{failure->crashed, std::move(failure->reason)};
        }
        const std::string& answer = std::get<std::string>(result);
        auto shapes = parse_inferred_shapes(answer);
        if (!shapes) return InferenceFailure{true, "its answer is malformed"};
        if (key) answers_.keep(*key, answer);
        return std::move(*shapes);
    }

private:
    Sha256 key_of(const std::string& model, const std::vector<std::string>& tensors) const {
        FieldHasher hasher;
        hasher.add(answer_version);
        add_programs(hasher);
        hasher.add(std::to_string(tensors.size()));
        for (const std::string& tensor : tensors) hasher.add(tensor);
        hasher.add(model);
        return hasher.finish();
    }

    /// Everything that decides which code answers: the worker, the file of libonnx that this build
    /// knows, and the linker's list of libraries, which every installation of one updates.
    void add_programs(FieldHasher& hasher) const {
        for (const std::string& argument : workers_->command()) hasher.add(argument);
        add_stamp(workers_->command().front(), hasher);
        add_stamp(ONNXHUB_ONNX_LIBRARY, hasher);
        add_stamp("/etc/ld.so.cache", hasher);
        hasher.add(process_environment("LD_LIBRARY_PATH").value_or(""));
        hasher.add(process_environment("LD_PRELOAD").value_or(""));
    }

    std::shared_ptr<OnnxWorkers> workers_;
    bool keeps_answers_;
    KeptFiles answers_;
};

}  // namespace

std::optional<InferredShapes> parse_inferred_shapes(const std::string& answer) {
    onnx_lite::GraphProto graph;
    if (!graph.ParseFromString(answer)) return std::nullopt;
    InferredShapes inferred;
    for (const auto& value : graph.value_info()) {
        inferred.tensors[value.name()] = {shape_of(value.type()), type_text(value.type())};
    }
    return inferred;
}

std::unique_ptr<ShapeInference> isolated_shape_inference(
    std::shared_ptr<OnnxWorkers> workers, std::optional<std::filesystem::path> answers) {
    return std::make_unique<IsolatedShapeInference>(std::move(workers), std::move(answers));
}

}  // namespace onnxhub
