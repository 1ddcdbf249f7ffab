// SPDX-License-Identifier: Apache-2.0
// `onnxhub load-composite`, from a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class LoadCompositeCommand : public testing::Test {
protected:
    void add(const std::string& name, const std::string& bytes) {
        write_file(folder.path() / "hub" / (name + ".onnx"), bytes);
        entries += (entries.empty() ? "" : ",") + std::string(R"({"model": ")") + name +
                   R"(", "model_path": ")" + name +
                   R"(.onnx", "onnx_version": "1.8", "opset_version": 13, "metadata": {)" +
                   R"("model_sha": ")" + to_hex(sha256_of(bytes)) + R"(", "model_bytes": )" +
                   std::to_string(bytes.size()) + R"(, "tags": []}})";
        write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", "[" + entries + "]");
    }

    ProgramResult compose(const std::string& network, const std::string& preprocessing) {
        return run_onnxhub({"load-composite", network, preprocessing, "--hub", "./hub", "--cache",
                            "cache", "-o", "both.onnx"},
                           folder.path());
    }

    TemporaryFolder folder;
    std::string entries;
};

ModelBuilder step(const std::string& op, const std::string& in, const std::string& out,
                  std::int64_t opset = 13) {
    ModelBuilder model(opset);
    model.input(in, {"N", 3}).node(op, {in}, {out}).output(out, {"N", 3});
    model.proto().mutable_graph()->set_name(op);
    return model;
}

TEST_F(LoadCompositeCommand, WritesOneModelThatInspectReads) {
    add("net", step("Relu", "data", "scores", 14).bytes());
    add("pre", step("Abs", "image", "pixels").bytes());
    const ProgramResult result = compose("net", "pre");
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "both.onnx\n");
    const ProgramResult inspected =
        run_onnxhub({"inspect", "--ports", "--json", "both.onnx"}, folder.path());
    EXPECT_THAT(inspected.out, AllOf(HasSubstr("\"image\""), HasSubstr("\"scores\"")));
}

TEST_F(LoadCompositeCommand, WhatDoesNotFitIsOneLineAndNothingIsWritten) {
    add("net", step("Relu", "data", "scores").bytes());
    ModelBuilder wide(13);
    wide.input("image", {"N", 4}).node("Abs", {"image"}, {"pixels"}).output("pixels", {"N", 4});
    wide.proto().mutable_graph()->set_name("wide");
    add("wide", wide.bytes());
    add("broken", "no model at all");
    const ProgramResult misfit = compose("net", "wide");
    EXPECT_EQ(misfit.status, 2);
    EXPECT_THAT(misfit.err, HasSubstr("onnxhub: error: composing: the output pixels float[N,4] "
                                      "does not fit the input data float[N,3]; "));
    const ProgramResult broken = compose("net", "broken");
    EXPECT_EQ(broken.status, 2);
    EXPECT_THAT(broken.err, HasSubstr("is not an ONNX model"));
    EXPECT_FALSE(fs::exists(folder.path() / "both.onnx"));
}

#if !defined(__SANITIZE_ADDRESS__)  // with it, the process has no memory limit
TEST_F(LoadCompositeCommand, AModelThatNeedsMoreMemoryThanItsSizeAllowsIsRefused) {
    // Ten million empty nodes in 20 MB, each a message of more than 100 bytes in memory.
    std::string nodes;
    for (int i = 0; i < 10'000'000; ++i) nodes.append("\x0a\x00", 2);
    std::string graph = "\x3a";  // ModelProto.graph
    for (std::size_t size = nodes.size(); size > 0; size >>= 7) {
        graph += static_cast<char>((size & 0x7f) | (size >= 0x80 ? 0x80 : 0));
    }
    add("net", step("Relu", "data", "scores").bytes());
    add("many", graph + nodes);
    const ProgramResult result = compose("net", "many");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("composing: the models need more memory than they may take"));
    EXPECT_FALSE(fs::exists(folder.path() / "both.onnx"));
}
#endif

}  // namespace
}  // namespace onnxhub::test
