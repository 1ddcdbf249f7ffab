// SPDX-License-Identifier: Apache-2.0
// The program without the ONNX worker beside it, as after an incomplete installation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* error_text =
    "libexec/onnxhub/onnx-worker: the ONNX worker is missing; install onnxhub again, with all of "
    "its files\n";

class MissingWorker : public testing::Test {
protected:
    void SetUp() override {
        if (fs::exists("/usr/local/libexec/onnxhub/onnx-worker")) {
            GTEST_SKIP() << "onnxhub is installed in /usr/local, and its worker would be used";
        }
        fs::create_directories(folder.path() / "bin");
        fs::copy_file(onnxhub_program(), folder.path() / "bin/onnxhub");
        ModelBuilder complete(13), open(13);
        complete.input("x", {1, 3}).node("Relu", {"x"}, {"y"}).output("y", {1, 3});
        open.input("x", {1, 3}).node("Relu", {"x"}, {"y"}).output("y", {"N", 3});
        write_file(folder.path() / "hub/complete.onnx", complete.bytes());
        write_file(folder.path() / "hub/open.onnx", open.bytes());
    }

    ProgramResult run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), (folder.path() / "bin/onnxhub").string());
        return run_command(arguments, folder.path());
    }

    TemporaryFolder folder;
};

TEST_F(MissingWorker, ModelsThatNeedNoInferenceAreRead) {
    const ProgramResult result = run({"inspect", "--ports", "--json", "hub/complete.onnx"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("\"y\""));
}

TEST_F(MissingWorker, OtherwiseOneErrorNamesIt) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"inspect", "hub/open.onnx"},
          {"generate", "--discover", "hub"},
          {"init", "--adopt", "hub"}}) {
        const ProgramResult result = run(arguments);
        EXPECT_EQ(result.status, 2) << arguments[0];
        EXPECT_THAT(result.err, AllOf(HasSubstr("onnxhub: error: "), HasSubstr(error_text),
                                      Not(HasSubstr(".onnx:"))));
    }
}

}  // namespace
}  // namespace onnxhub::test
