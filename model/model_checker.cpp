// SPDX-License-Identifier: Apache-2.0
#include "model/model_checker.h"

#include <utility>
#include <variant>

namespace onnxhub {
namespace {

class IsolatedModelChecker : public ModelChecker {
public:
    explicit IsolatedModelChecker(std::shared_ptr<OnnxWorkers> workers)
        : workers_(std::move(workers)) {}

    CheckVerdict check(const std::string& model) override {
        WorkerResult result = workers_->run(OnnxTask::check_model, model, {});
        if (auto* failure = std::get_if<WorkerFailure>(&result)) {
            return {failure->crashed ? CheckOutcome::crashed : CheckOutcome::failed,
                    std::move(failure->reason)};
        }
        const std::string& text = std::get<std::string>(result);
        const int outcome = text.empty() ? -1 : text[0] - '0';
        if (text.size() < 2 || outcome < 0 || outcome > 2) {
            return {CheckOutcome::crashed, "its answer is malformed"};
        }
        return {static_cast<CheckOutcome>(outcome), text.substr(2)};
    }

private:
    std::shared_ptr<OnnxWorkers> workers_;
};

}  // namespace

std::unique_ptr<ModelChecker> isolated_model_checker(std::shared_ptr<OnnxWorkers> workers) {
    return std::make_unique<IsolatedModelChecker>(std::move(workers));
}

}  // namespace onnxhub
