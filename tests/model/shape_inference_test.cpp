// SPDX-License-Identifier: Apache-2.0
#include "model/shape_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/local_inference.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::HasSubstr;

std::unique_ptr<ShapeInference> worker_inference() {
    return isolated_shape_inference(std::make_shared<OnnxWorkers>());
}

std::string convolution() {
    return ModelBuilder()
        .input("x", {1, 1, 8, 8})
        .initializer("k", {2, 1, 3, 3})
        .node("Conv", {"x", "k"}, {"inner"})
        .node("Relu", {"inner"}, {"y"})
        .output_without_shape("y")
        .bytes();
}

const InferredShapes& shapes(const InferenceResult& result) {
    static const InferredShapes none;
    if (const auto* failure = std::get_if<InferenceFailure>(&result)) {
        ADD_FAILURE() << failure->reason;
        return none;
    }
    return std::get<InferredShapes>(result);
}

TEST(ShapeInference, OutputsAndWantedTensorsGetShapes) {
    const auto inference = worker_inference();
    const InferenceResult result = inference->infer(convolution(), {"inner", "k", "absent"});
    const auto& tensors = shapes(result).tensors;
    const Shape expected{std::int64_t{1}, std::int64_t{2}, std::int64_t{6}, std::int64_t{6}};
    EXPECT_EQ(tensors.at("y").shape, expected);
    EXPECT_EQ(tensors.at("y").type, "tensor(float)");
    EXPECT_EQ(tensors.at("inner").shape, expected);
    EXPECT_EQ(tensors.at("k").shape.size(), 4u);
    EXPECT_FALSE(tensors.contains("absent"));
}

/// libonnx would infer these by older versions of the operators.
TEST(ShapeInference, ModelsOfNewerOpsetsAreRefused) {
    const std::string model = ModelBuilder(999)
                                  .input("x", {1})
                                  .node("Relu", {"x"}, {"y"})
                                  .output_without_shape("y")
                                  .bytes();
    const InferenceResult result = worker_inference()->infer(model, {});
    ASSERT_TRUE(std::holds_alternative<InferenceFailure>(result));
    EXPECT_FALSE(std::get<InferenceFailure>(result).crashed);
    EXPECT_EQ(std::get<InferenceFailure>(result).reason, newer_than_inference);
    ModelBuilder other(12);
    other.input("x", {1}).node("Relu", {"x"}, {"y"}).output_without_shape("y");
    auto* import = other.proto().add_opset_import();
    import->set_domain("com.example");
    import->set_version(999);
    EXPECT_EQ(shapes(worker_inference()->infer(other.bytes(), {})).tensors.at("y").shape.size(),
              1u);
}

TEST(ShapeInference, IsolatedAndHereAgree) {
    const InferenceResult there = worker_inference()->infer(convolution(), {});
    const InferenceResult here = test::infer_shapes_here(convolution(), {});
    EXPECT_EQ(shapes(there).tensors.at("y").shape, shapes(here).tensors.at("y").shape);
}

TEST(ShapeInference, WorkerServesOneModelAfterTheOther) {
    const auto inference = worker_inference();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(shapes(inference->infer(convolution(), {})).tensors.size(), 1u);
    }
}

TEST(ShapeInference, ModelThatContradictsItselfIsAFailureAndNoCrash) {
    const std::string bytes = ModelBuilder()
                                  .input("x", {2, 3})
                                  .input("z", {4, 5})
                                  .node("MatMul", {"x", "z"}, {"y"})
                                  .output_without_shape("y")
                                  .bytes();
    const InferenceResult result = worker_inference()->infer(bytes, {});
    if (const auto* failure = std::get_if<InferenceFailure>(&result)) {
        EXPECT_FALSE(failure->crashed);
    }
}

TEST(ShapeInference, CrashIsOneFailureAndTheNextModelGetsAnotherProcess) {
    const auto inference = isolated_shape_inference(
        std::make_shared<OnnxWorkers>(std::vector<std::string>{"/bin/sh", "-c", "kill -SEGV $$"}));
    for (int i = 0; i < 3; ++i) {
        const InferenceResult result = inference->infer(convolution(), {});
        const auto* failure = std::get_if<InferenceFailure>(&result);
        ASSERT_NE(failure, nullptr);
        EXPECT_TRUE(failure->crashed);
        EXPECT_THAT(failure->reason, HasSubstr("Segmentation fault"));
    }
}

/// A worker that answers once and then fails shows whether it was asked.
TEST(ShapeInference, KeptAnswersAreThoseOfTheWorker) {
    const test::TemporaryFolder folder;
    const auto infer = [&](const std::string& model, const std::vector<std::string>& tensors) {
        return isolated_shape_inference(std::make_shared<OnnxWorkers>(), folder.path())
            ->infer(model, tensors);
    };
    const InferenceResult first = infer(convolution(), {"inner"});
    const InferenceResult second = infer(convolution(), {"inner"});
    EXPECT_EQ(shapes(second).tensors.size(), 2u);
    for (const auto& [name, tensor] : shapes(first).tensors) {
        EXPECT_EQ(shapes(second).tensors.at(name).shape, tensor.shape);
        EXPECT_EQ(shapes(second).tensors.at(name).type, tensor.type);
    }
    EXPECT_EQ(shapes(infer(convolution(), {})).tensors.size(), 1u)
        << "other tensors are another question";
}

TEST(ShapeInference, AKeptAnswerNeedsNoWorker) {
    const test::TemporaryFolder folder;
    const std::filesystem::path program = folder.path() / "worker";
    const std::filesystem::path answers = folder.path() / "answers";
    const auto infer = [&] {
        return isolated_shape_inference(
                   std::make_shared<OnnxWorkers>(std::vector<std::string>{program.string()}),
                   answers)
            ->infer(convolution(), {});
    };
    std::filesystem::create_symlink(onnx_worker_program(), program);
    EXPECT_EQ(shapes(infer()).tensors.size(), 1u);
    ASSERT_FALSE(std::filesystem::is_empty(answers));

    // Another program at the same place: its answer counts, and a failure is not kept.
    std::filesystem::remove(program);
    std::filesystem::create_symlink("/bin/false", program);
    EXPECT_TRUE(std::holds_alternative<InferenceFailure>(infer()));
    EXPECT_TRUE(std::holds_alternative<InferenceFailure>(infer()));

    // The first program again. Damaged answers are asked for again.
    std::filesystem::remove(program);
    std::filesystem::create_symlink(onnx_worker_program(), program);
    for (const auto& file : std::filesystem::directory_iterator(answers)) {
        std::ofstream(file.path()) << "damaged";
    }
    EXPECT_EQ(shapes(infer()).tensors.size(), 1u);
}

TEST(ShapeInference, WorkerThatEndsEarlyIsAFailure) {
    const auto inference = isolated_shape_inference(
        std::make_shared<OnnxWorkers>(std::vector<std::string>{"/bin/sh", "-c", "exit 3"}));
    const InferenceResult result = inference->infer(convolution(), {});
    EXPECT_THAT(std::get<InferenceFailure>(result).reason, HasSubstr("status 3"));
}

TEST(ShapeInference, WorkerThatAnswersNonsenseIsAFailure) {
    const auto inference =
        isolated_shape_inference(std::make_shared<OnnxWorkers>(std::vector<std::string>{
            "/bin/sh", "-c", "printf 'nonsense that is longer than two numbers' >&0"}));
    const InferenceResult result = inference->infer(convolution(), {});
    EXPECT_TRUE(std::holds_alternative<InferenceFailure>(result));
}

}  // namespace
}  // namespace onnxhub
