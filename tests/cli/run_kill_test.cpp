// SPDX-License-Identifier: Apache-2.0
// `onnxhub validate --run`, killed while a model runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/archive_builder.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// A hub with one model whose weights are in another file, so that both are copied for the run.
void write_hub_with_weights(const fs::path& hub) {
    write_file(hub / "README.md", "| Model Class |\n|-|\n| <b>[Large](large)</b> |\n");
    write_file(hub / "large/README.md",
               "| Model | Download | Download (with sample test data) | ONNX version | Opset "
               "version |\n|-|-|-|-|-|\n"
               "| Large | [4 kB](large.onnx) | [4 kB](large.tar.gz) | 1.8 | 13 |\n");
    write_file(hub / "large/large.data", std::string(4096, 'w'));
    write_file(hub / "large/large.onnx", ModelBuilder()
                                             .input("x", {4})
                                             .external_initializer("w", {4}, "large.data")
                                             .node("Add", {"x", "w"}, {"y"})
                                             .output("y", {4})
                                             .bytes());
    write_file(hub / "large/large.tar.gz",
               ArchiveBuilder()
                   .file("m/large.onnx", "model")
                   .file("m/test_data_set_0/input_0.pb", tensor_bytes(1, {4}, 16))
                   .file("m/test_data_set_0/output_0.pb", tensor_bytes(1, {4}, 16))
                   .gzip());
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& item : fs::directory_iterator(folder)) {
        names.push_back(item.path().filename().string());
    }
    return names;
}

std::vector<std::string> run_command_line(const FakeRuntime& fake, const fs::path& temporary) {
    // The verdict of an earlier run would make a new one needless.
    const fs::path state = temporary.parent_path() / "state";
    return {"env",
            "TMPDIR=" + temporary.string(),
            "XDG_STATE_HOME=" + state.string(),
            onnxhub_program(),
            "validate",
            "--run",
            "--runtime",
            fake.program().string(),
            "--select",
            "run"};
}

TEST(RunKilled, LeavesItsCopiesAndTheNextRunRemovesThem) {
    if (!has_numpy()) GTEST_SKIP() << "python3-numpy is not installed";
    const TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub", temporary = folder.path() / "tmp";
    write_hub_with_weights(hub);
    fs::create_directories(temporary);

    std::vector<std::string> command{
        "sh", "-c",
        "temporary=$1; shift; \"$@\" & process=$!; tries=0\n"
        "until ls \"$temporary\"/onnxhub-run-*/large/large.onnx && ls \"$temporary\"/onnxhub-run-*/"
        "large/large.data; do\n"
        "  tries=$((tries + 1)); [ $tries -lt 600 ] || break; sleep 0.1\n"
        "done >&2\n"
        "kill -9 $process; wait $process; true",
        "sh", temporary.string()};
    const FakeRuntime hanging("while True: time.sleep(1)");
    for (std::string& part : run_command_line(hanging, temporary)) {
        command.push_back(std::move(part));
    }
    const ProgramResult killed = run_command(command, hub);
    ASSERT_THAT(names_in(temporary), ElementsAre(StartsWith("onnxhub-run-"))) << killed.err;

    const FakeRuntime right("return [numpy.zeros(4, 'f4')]");
    const ProgramResult next = run_command(run_command_line(right, temporary), hub);
    EXPECT_EQ(next.status, 0) << next.out << next.err;
    EXPECT_THAT(next.out + next.err, testing::HasSubstr("1 passed"));
    EXPECT_THAT(names_in(temporary), IsEmpty());
}

}  // namespace
}  // namespace onnxhub::test
