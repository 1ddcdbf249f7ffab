// SPDX-License-Identifier: Apache-2.0
// Peak memory of the program on hostile inputs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

extern char** environ;

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool can_measure = false;
#else
constexpr bool can_measure = true;
#endif

/// Memory of the program for any input: libraries, threads, and documents too small for any
/// limit.
constexpr std::uint64_t base_bytes = std::uint64_t{128} << 20;

struct Outcome {
    int status = -1;
    std::uint64_t peak_bytes = 0;
};

/// Runs onnxhub with its output in `folder`/output.
Outcome run_measured(std::vector<std::string> arguments, const fs::path& folder) {
    arguments.insert(arguments.begin(), onnxhub_program());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string output = folder / "output";
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_CREAT | O_WRONLY | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = -1;
    Outcome run;
    if (posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0) {
        rusage usage{};
        int status = 0;
        if (wait4(child, &status, 0, &usage) == child && WIFEXITED(status)) {
            run.status = WEXITSTATUS(status);
            run.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
        }
    }
    posix_spawn_file_actions_destroy(&actions);
    return run;
}

std::string output_of(const fs::path& folder) {
    std::ifstream file(folder / "output");
    return {std::istreambuf_iterator<char>(file), {}};
}

class MemoryBounds : public testing::Test {
protected:
    void write(const std::string& name, const std::string& content) {
        fs::create_directories((hub_ / name).parent_path());
        std::ofstream(hub_ / name, std::ios::binary) << content;
        bytes_ += content.size();
    }

    /// Twelve times the input, plus the memory of any run.
    void expect_bounded(const Outcome& run) const {
        if (!can_measure) return;
        EXPECT_LE(run.peak_bytes, 12 * bytes_ + base_bytes) << bytes_ << " bytes";
    }

    std::string hub() const { return hub_; }
    fs::path folder() const { return folder_.path(); }

private:
    TemporaryFolder folder_;
    fs::path hub_ = folder_.path() / "hub";
    std::uint64_t bytes_ = 0;
};

std::string empty_entries(std::size_t count) {
    std::string text = "[{}";
    for (std::size_t i = 1; i < count; ++i) text += ",{}";
    return text + "]";
}

TEST_F(MemoryBounds, ValidateOfMillionsOfEmptyEntries) {
    write("ONNX_HUB_MANIFEST.json", empty_entries(2'000'000));
    const Outcome run = run_measured({"validate", hub()}, folder());
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(output_of(folder()), testing::HasSubstr("more than 1000000 values"));
    expect_bounded(run);
}

TEST_F(MemoryBounds, ListOfMillionsOfEmptyEntries) {
    write("ONNX_HUB_MANIFEST.json", empty_entries(5'000'000));
    const Outcome run = run_measured({"list", "--hub", hub()}, folder());
    EXPECT_NE(run.status, 0);
    EXPECT_THAT(output_of(folder()), testing::HasSubstr("values, the limit for its size"));
    expect_bounded(run);
}

TEST_F(MemoryBounds, ValidateOfEqualRows) {
    write("README.md", "| Model Class |\n|---|\n| [a](a/) |\n");
    std::string table = "|Model|Download|ONNX version|Opset version|\n|---|---|---|---|\n";
    for (int i = 0; i < 30'000; ++i) {
        table += "| mnist | [26 kB](model/mnist-12.onnx) | 1.9 | 12 |\n";
    }
    write("a/README.md", table);
    write("ONNX_HUB_MANIFEST.json", "[]");
    const Outcome run = run_measured({"validate", hub()}, folder());
    EXPECT_EQ(run.status, 1);
    expect_bounded(run);
}

TEST_F(MemoryBounds, InspectOfAMillionInputs) {
    const std::string input = "\x5a\x03\x0a\x01x";
    std::string graph;
    for (int i = 0; i < 1'000'000; ++i) graph += input;
    std::string model = "\x08\x08\x3a";
    for (std::size_t size = graph.size(); size > 0; size >>= 7) {
        model += static_cast<char>((size & 0x7f) | (size >= 0x80 ? 0x80 : 0));
    }
    write("m.onnx", model + graph);
    const Outcome run = run_measured({"inspect", "--json", hub() + "/m.onnx"}, folder());
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(output_of(folder()), testing::HasSubstr("more than 100000 inputs and outputs"));
    expect_bounded(run);
}

}  // namespace
}  // namespace onnxhub::test
