// SPDX-License-Identifier: Apache-2.0
#include "model/model_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "model/onnx_skeleton.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::HasSubstr;

std::unique_ptr<ModelChecker> worker_checker() {
    return isolated_model_checker(std::make_shared<OnnxWorkers>());
}

CheckVerdict check(const std::string& model) {
    return worker_checker()->check(model);
}

ModelBuilder relu_model(std::int64_t opset = 13, std::int64_t ir_version = 7) {
    return ModelBuilder(opset, ir_version)
        .input("x", {1, 4})
        .node("Relu", {"x"}, {"y"})
        .output("y", {1, 4});
}

TEST(ModelChecker, PassesAValidModel) {
    EXPECT_EQ(check(relu_model().bytes()), CheckVerdict{});
}

TEST(ModelChecker, PassesTheSkeletonOfAModelWithLargeWeights) {
    const std::string model = ModelBuilder()
                                  .input("x", {1, 1, 8, 8})
                                  .initializer("k", {512, 1, 7, 7})
                                  .node("Conv", {"x", "k"}, {"y"})
                                  .output("y", {1, 512, 2, 2})
                                  .bytes();
    const auto skeleton = read_skeleton(*memory_source(model));
    ASSERT_TRUE(std::holds_alternative<OnnxSkeleton>(skeleton));
    ASSERT_LT(std::get<OnnxSkeleton>(skeleton).model.size(), model.size() / 2);
    EXPECT_EQ(check(std::get<OnnxSkeleton>(skeleton).model), CheckVerdict{});
}

TEST(ModelChecker, PassesTheSkeletonOfAModelWithExternalData) {
    const std::string model = ModelBuilder()
                                  .input("x", {4})
                                  .external_initializer("w", {4}, "weights.bin")
                                  .node("Add", {"x", "w"}, {"y"})
                                  .output("y", {4})
                                  .bytes();
    const auto skeleton = read_skeleton(*memory_source(model));
    EXPECT_EQ(check(std::get<OnnxSkeleton>(skeleton).model), CheckVerdict{});
}

TEST(ModelChecker, SaysWhatIsWrong) {
    const std::string model =
        ModelBuilder().input("x", {4}).node("Relu", {"nowhere"}, {"y"}).output("y", {4}).bytes();
    const CheckVerdict verdict = check(model);
    EXPECT_EQ(verdict.outcome, CheckOutcome::failed);
    EXPECT_THAT(verdict.message, HasSubstr("nowhere"));
}

TEST(ModelChecker, NewerModelsAreNotJudged) {
    const CheckVerdict ir = check(relu_model(13, 999).bytes());
    EXPECT_EQ(ir.outcome, CheckOutcome::too_new);
    EXPECT_THAT(ir.message, HasSubstr("IR version 999"));
    const CheckVerdict opset = check(relu_model(999).bytes());
    EXPECT_EQ(opset.outcome, CheckOutcome::too_new);
    EXPECT_THAT(opset.message, HasSubstr("opset 999"));
}

TEST(ModelChecker, ACrashIsAVerdict) {
    const auto checker = isolated_model_checker(
        std::make_shared<OnnxWorkers>(std::vector<std::string>{"/bin/sh", "-c", "kill -SEGV $$"}));
    for (int i = 0; i < 2; ++i) {
        const CheckVerdict verdict = checker->check(relu_model().bytes());
        EXPECT_EQ(verdict.outcome, CheckOutcome::crashed);
        EXPECT_THAT(verdict.message, HasSubstr("signal"));
    }
}

TEST(ModelChecker, GarbageIsFailed) {
    EXPECT_EQ(check("\xff\xff\xff\xff").outcome, CheckOutcome::failed);
}

}  // namespace
}  // namespace onnxhub
