// SPDX-License-Identifier: Apache-2.0
#include "model/model_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx-data_pb.h>

#include "base/process.h"
#include "base/user_error.h"
#include "tests/support/archive_builder.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/model_builder.h"

namespace onnxhub {
namespace {

using test::FakeRuntime;
using testing::HasSubstr;

std::string float_file(const std::vector<float>& values, const std::string& name = "") {
    onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const float value : values) tensor.add_float_data(value);
    return tensor.SerializeAsString();
}

class ModelRunTest : public testing::Test {
protected:
    void SetUp() override {
        if (!test::has_numpy()) GTEST_SKIP() << "python3-numpy is not installed";
        data.sets["test_data_set_0"] = {{{0, float_file({1, 2})}}, {{0, float_file({2, 4})}}};
    }

    RunVerdict run(const FakeRuntime& fake, RunLimits limits = {}) {
        const auto source = memory_source("the model");
        const ModelRuntime runtime = ModelRuntime::find(fake.program(), process_environment);
        return run_model(runtime, {source.get(), "", ports, data, tolerance}, limits, [] {});
    }

    IoPorts ports{{{"x", {std::int64_t{2}}, "tensor(float)"}},
                  {{"y", {std::int64_t{2}}, "tensor(float)"}}};
    TestDataContents data;
    Tolerance tolerance;
};

TEST_F(ModelRunTest, RightOutputsPass) {
    const RunVerdict verdict = run(FakeRuntime("return [2 * feeds['x']]"));
    EXPECT_EQ(verdict.outcome, RunOutcome::passed) << verdict.message;
    EXPECT_EQ(verdict.largest_difference, 0);
    EXPECT_GT(verdict.seconds, 0);
}

TEST_F(ModelRunTest, TheRunnerReadsTheModel) {
    const RunVerdict verdict =
        run(FakeRuntime("return [2 * feeds['x']]", "assert model == b'the model', model"));
    EXPECT_EQ(verdict.outcome, RunOutcome::passed) << verdict.message;
}

TEST_F(ModelRunTest, SmallDifferencesPassAndLargeOnesDoNot) {
    RunVerdict verdict = run(FakeRuntime("return [2.001 * feeds['x']]"));
    EXPECT_EQ(verdict.outcome, RunOutcome::passed) << verdict.message;
    EXPECT_NEAR(verdict.largest_difference, 0.002, 1e-5);
    verdict = run(FakeRuntime("return [feeds['x'] + [1, 2.5]]"));
    EXPECT_EQ(verdict.outcome, RunOutcome::differs);
    EXPECT_EQ(verdict.message,
              "with test_data_set_0, the output y has elements of type double, not float");
    verdict = run(FakeRuntime("return [(feeds['x'] + [1, 2.5]).astype('f4')]"));
    EXPECT_EQ(verdict.outcome, RunOutcome::differs);
    EXPECT_EQ(verdict.message,
              "with test_data_set_0, the output y is 4.5 at [1], not 4 (1 of 2 numbers differ)");
    EXPECT_NEAR(verdict.largest_difference, 0.5, 1e-6);
    tolerance.relative = 0.2;
    EXPECT_EQ(run(FakeRuntime("return [(feeds['x'] + [1, 2.5]).astype('f4')]")).outcome,
              RunOutcome::passed);
}

TEST_F(ModelRunTest, EveryDataSetCounts) {
    data.sets["test_data_set_1"] = {{{0, float_file({3, 4})}}, {{0, float_file({6, 9})}}};
    const RunVerdict verdict = run(FakeRuntime("return [2 * feeds['x']]"));
    EXPECT_EQ(verdict.outcome, RunOutcome::differs);
    EXPECT_THAT(verdict.message, HasSubstr("with test_data_set_1, the output y is 8 at [1]"));
}

TEST_F(ModelRunTest, InputsAreFoundByNameElseByNumber) {
    ports.inputs.push_back({"b", {}, "tensor(float)"});
    data.sets["test_data_set_0"].inputs = {{0, float_file({5, 5}, "b")},
                                           {1, float_file({1, 2}, "x")}};
    EXPECT_EQ(run(FakeRuntime("assert feeds['b'][0] == 5\nreturn [2 * feeds['x']]")).outcome,
              RunOutcome::passed);
    data.sets["test_data_set_0"].inputs = {{0, float_file({1, 2})}, {1, float_file({5, 5})}};
    EXPECT_EQ(run(FakeRuntime("assert feeds['b'][0] == 5\nreturn [2 * feeds['x']]")).outcome,
              RunOutcome::passed);
}

TEST_F(ModelRunTest, ErrorsOfTheRuntimeAreFailures) {
    RunVerdict verdict = run(FakeRuntime("pass", "raise ValueError('bad graph\\nmore')"));
    EXPECT_EQ(verdict.outcome, RunOutcome::failed);
    EXPECT_EQ(verdict.message, "refuses it: bad graph");
    verdict = run(FakeRuntime("raise ValueError('bad shapes')"));
    EXPECT_EQ(verdict.outcome, RunOutcome::failed);
    EXPECT_EQ(verdict.message, "cannot run it: bad shapes");
}

TEST_F(ModelRunTest, ModelsThatTheRuntimeDoesNotSupportAreInconclusive) {
    for (const char* message :
         {"NOT_IMPLEMENTED : Could not find an implementation for ImageDecoder(20)",
          "Opset 28 is under development and support for this is limited"}) {
        const RunVerdict verdict =
            run(FakeRuntime("pass", "raise ValueError('" + std::string(message) + "')"));
        EXPECT_EQ(verdict.outcome, RunOutcome::inconclusive);
        EXPECT_EQ(verdict.message, message);
    }
    EXPECT_EQ(run(FakeRuntime("return [feeds['x'].astype('V4')]")).outcome,
              RunOutcome::inconclusive);
}

TEST_F(ModelRunTest, UnusableTestDataIsInconclusive) {
    const FakeRuntime fake("return [2 * feeds['x']]");
    data.sets["test_data_set_0"].inputs.clear();
    EXPECT_EQ(run(fake).message, "test_data_set_0 has 0 inputs, and the model has 1");
    data.sets["test_data_set_0"].inputs = {{0, "\xff\xff"}};
    EXPECT_EQ(run(fake).message, "test_data_set_0/input_0.pb is not a tensor");
    data.is_too_large = true;
    const RunVerdict verdict = run(fake);
    EXPECT_EQ(verdict.outcome, RunOutcome::inconclusive);
    EXPECT_EQ(verdict.message, "its test data is too large to run");
}

TEST_F(ModelRunTest, ACrashIsItsOwnOutcome) {
    const RunVerdict verdict = run(FakeRuntime("os.abort()"));
    EXPECT_EQ(verdict.outcome, RunOutcome::crashed);
    EXPECT_THAT(verdict.message, HasSubstr("Aborted"));
}

TEST_F(ModelRunTest, AHangEndsAtTheLimit) {
    RunLimits limits;
    limits.time = std::chrono::seconds(2);
    RunVerdict verdict = run(FakeRuntime("time.sleep(1000)"), limits);
    EXPECT_EQ(verdict.outcome, RunOutcome::crashed);
    EXPECT_EQ(verdict.message, "it took longer than 2 s");
    EXPECT_LT(verdict.seconds, 60);
    verdict = run(FakeRuntime("while True: pass"), limits);
    EXPECT_EQ(verdict.outcome, RunOutcome::crashed);
}

TEST_F(ModelRunTest, MemoryHasALimit) {
    RunLimits limits;
    limits.memory_bytes = std::uint64_t{2} << 30;
    const RunVerdict verdict = run(FakeRuntime("return [numpy.ones(1 << 30, dtype='f8')]"), limits);
    EXPECT_EQ(verdict.outcome, RunOutcome::crashed);
    EXPECT_THAT(verdict.message, HasSubstr("it ran out of memory"));
}

TEST_F(ModelRunTest, AnswersHaveALimit) {
    RunLimits limits;
    limits.answer_bytes = 1024 * 1024;
    const RunVerdict verdict = run(FakeRuntime("return [numpy.ones(1 << 20, dtype='f4')]"), limits);
    EXPECT_EQ(verdict.outcome, RunOutcome::inconclusive);
    EXPECT_EQ(verdict.message, "its outputs are too large to compare");
}

/// What a model that took over its runtime could do.
TEST_F(ModelRunTest, TheProcessIsIsolated) {
    const test::TemporaryFolder folder;
    const std::string victim = folder.path() / "victim";
    test::write_file(victim, "content");
    const std::string attempts[] = {
        "socket.socket(socket.AF_INET)",
        "socket.socket(socket.AF_UNIX)",
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(" + std::to_string(process_id()) + ", 0)",
        "os.kill(-1, 0)",
        "__import__('resource').prlimit(" + std::to_string(process_id()) + ", 7)",
        "os.truncate('" + victim + "', 0)",
        "os.chmod('" + victim + "', 0)",
        "os.utime('" + victim + "')",
        "os.setxattr('" + victim + "', 'user.x', b'')",
    };
    for (const std::string& attempt : attempts) {
        const RunVerdict verdict =
            run(FakeRuntime("try:\n    " + attempt +
                            "\nexcept PermissionError:\n    return [2 * feeds['x']]\nreturn []"));
        EXPECT_EQ(verdict.outcome, RunOutcome::passed) << attempt << ": " << verdict.message;
    }
    const RunVerdict environment = run(
        FakeRuntime("assert set(os.environ) <= {'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', "
                    "'MKL_NUM_THREADS', 'PWD', 'OLDPWD', 'SHLVL', '_', 'LC_CTYPE'}, os.environ\n"
                    "return [2 * feeds['x']]"));
    EXPECT_EQ(environment.outcome, RunOutcome::passed) << environment.message;
    // Where the kernel has Landlock.
    run(FakeRuntime("os.remove('" + victim + "')"));
    run(FakeRuntime("open('" + victim + "', 'w')"));
    if (std::filesystem::exists("/sys/kernel/security/landlock") ||
        std::filesystem::exists(victim)) {
        EXPECT_EQ(read_file(victim, 100), "content");
    }
}

TEST_F(ModelRunTest, SequencesAndMapsAreExchanged) {
    onnx::SequenceProto sequence;
    sequence.set_elem_type(onnx::SequenceProto::TENSOR);
    for (const float value : {1.0f, 2.0f}) {
        auto* tensor = sequence.add_tensor_values();
        tensor->set_data_type(onnx::TensorProto::FLOAT);
        tensor->add_dims(1);
        tensor->add_float_data(value);
    }
    onnx::SequenceProto maps;
    maps.set_elem_type(onnx::SequenceProto::MAP);
    auto* map = maps.add_map_values();
    map->set_key_type(onnx::TensorProto::STRING);
    for (const char* key : {"b", "a"}) {
        map->add_string_keys(key);
        auto* value = map->mutable_values()->add_tensor_values();
        value->set_data_type(onnx::TensorProto::FLOAT);
        value->add_float_data(*key == 'a' ? 1 : 2);
    }
    ports = {{{"x", {}, "seq(tensor(float))"}}, {{"y", {}, "seq(map(string,tensor(float)))"}}};
    data.sets["test_data_set_0"] = {{{0, sequence.SerializeAsString()}},
                                    {{0, maps.SerializeAsString()}}};
    const std::string answer = "return [[{'a': x[0].reshape([]), 'b': x[1].reshape([])}]]";
    const RunVerdict verdict = run(FakeRuntime("x = feeds['x']\n" + answer));
    EXPECT_EQ(verdict.outcome, RunOutcome::passed) << verdict.message;
    const RunVerdict other = run(FakeRuntime("x = feeds['x'][::-1]\n" + answer));
    EXPECT_EQ(other.outcome, RunOutcome::differs);
    EXPECT_THAT(other.message, HasSubstr("item 0 item \"a\" is 2 at [], not 1"));
}

TEST_F(ModelRunTest, AnEndOfThisProcessEndsTheRuntime) {
    RunLimits limits;
    const auto stop = [] { throw UserError("interrupted"); };
    const FakeRuntime fake("time.sleep(1000)");
    const auto source = memory_source("m");
    const ModelRuntime runtime = ModelRuntime::find(fake.program(), process_environment);
    EXPECT_THROW(run_model(runtime, {source.get(), "", ports, data, {}}, limits, stop), UserError);
}

TEST(ModelRuntimeSearch, WhatIsNoRuntimeIsOneClearLine) {
    const test::TemporaryFolder folder;
    const auto refused = [&](const std::filesystem::path& path) -> std::string {
        try {
            ModelRuntime::find(path, process_environment);
        } catch (const UserError& error) {
            return error.what();
        }
        return "found";
    };
    EXPECT_THAT(refused(folder.path()), HasSubstr("no runtime there; name a Python interpreter"));
    EXPECT_THAT(refused(folder.path() / "absent"),
                HasSubstr("absent: no runtime there: it does not exist; "));
    EXPECT_THAT(refused("/bin/false"), HasSubstr("ended with status 1"));
    const auto nothing = [](const char*) -> std::optional<std::string> { return std::nullopt; };
    EXPECT_THROW(ModelRuntime::find(std::nullopt, nothing), UserError);
}

}  // namespace
}  // namespace onnxhub
