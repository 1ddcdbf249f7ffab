// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/onnx_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/user_error.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::ModelBuilder;
using testing::HasSubstr;

/// A hub in a folder: "pre" fits in front of "net", "text" is not a model.
class OnnxHub : public testing::Test {
protected:
    OnnxHub() {
        add("pre", step("Abs", "image", "pixels"));
        add("net", step("Relu", "data", "scores"));
        add("text", "no model at all");
        set_dir(folder.path() / "cache");
        call.repo = (folder.path() / "hub").string();
        call.trust = true;
    }

    static std::string step(const std::string& op, const std::string& in, const std::string& out) {
        ModelBuilder model(13);
        model.input(in, {"N", 3}).node(op, {in}, {out}).output(out, {"N", 3});
        model.proto().mutable_graph()->set_name(op);
        return model.bytes();
    }

    void add(const std::string& name, const std::string& bytes) {
        test::write_file(folder.path() / "hub" / (name + ".onnx"), bytes);
        entries += (entries.empty() ? "" : ",") + std::string(R"({"model": ")") + name +
                   R"(", "model_path": ")" + name +
                   R"(.onnx", "onnx_version": "1.8", "opset_version": 13, "metadata": {)" +
                   R"("model_sha": ")" + to_hex(sha256_of(bytes)) + R"(", "model_bytes": )" +
                   std::to_string(bytes.size()) + R"(, "tags": []}})";
        test::write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", "[" + entries + "]");
    }

    std::string error_of(const std::function<void()>& work) {
        try {
            work();
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    test::TemporaryFolder folder;
    std::string entries;
    HubCall call;
};

TEST_F(OnnxHub, LoadGivesTheBytesOfTheModel) {
    EXPECT_EQ(load("net", call), step("Relu", "data", "scores"));
    EXPECT_EQ(read_model(load_file("net", call)), step("Relu", "data", "scores"));
}

TEST_F(OnnxHub, LoadRefusesWhatIsNoModel) {
    EXPECT_THAT(error_of([&] { load("text", call); }),
                HasSubstr(": is not an ONNX model; report this to the hub's maintainers"));
}

TEST_F(OnnxHub, TwoModelsAreComposedByTheWorker) {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(load_composite_model("net", "pre", call)));
    ASSERT_EQ(model.graph().node_size(), 2);
    EXPECT_EQ(model.graph().input(0).name(), "image");
    EXPECT_EQ(model.graph().output(0).name(), "scores");
    EXPECT_THAT(error_of([&] { load_composite_model("net", "text", call); }),
                HasSubstr(": is not an ONNX model; report this to the hub's maintainers"));
}

TEST_F(OnnxHub, OnlyComposingNeedsTheWorker) {
    call.onnx_worker = "/nowhere/onnx-worker";
    EXPECT_FALSE(load("net", call).empty());
    EXPECT_THAT(error_of([&] { load_composite_model("net", "pre", call); }),
                HasSubstr("/nowhere/onnx-worker: the ONNX worker is missing; "));
}

}  // namespace
}  // namespace onnxhub
