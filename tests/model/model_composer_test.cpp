// SPDX-License-Identifier: Apache-2.0
#include "model/model_composer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/worker/compose_models.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::ModelBuilder;
using testing::HasSubstr;

class ModelComposer : public testing::Test {
protected:
    fs::path file(const std::string& name, const std::string& content) {
        test::write_file(folder.path() / name, content);
        return folder.path() / name;
    }

    /// A worker that is a shell script.
    fs::path worker(const std::string& commands) {
        const fs::path path = file("worker", "#!/bin/sh\n" + commands + "\n");
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }

    std::string error(const fs::path& worker_program) {
        const fs::path model = file("model.onnx", "");
        try {
            compose_model_files(model, model, worker_program);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    test::TemporaryFolder folder;
};

ModelBuilder step_of(const std::string& op, const std::string& in, const std::string& out,
                     std::int64_t columns = 3) {
    ModelBuilder model(13);
    model.input(in, {"N", columns}).node(op, {in}, {out}).output(out, {"N", columns});
    model.proto().mutable_graph()->set_name(op);
    return model;
}

TEST_F(ModelComposer, TheWorkerGivesTheBytesThatComposingGives) {
    ModelBuilder one = step_of("Abs", "image", "pixels"), other = step_of("Relu", "data", "scores");
    const std::string composed =
        compose_model_files(file("pre", one.bytes()), file("net", other.bytes()));
    EXPECT_EQ(composed, compose_models(one.proto(), other.proto()).SerializeAsString());
}

TEST_F(ModelComposer, TheWorkersErrorsAreThoseOfComposing) {
    ModelBuilder one = step_of("Abs", "image", "pixels", 4),
                 other = step_of("Relu", "data", "scores");
    const fs::path wide = file("pre", one.bytes()), network = file("net", other.bytes());
    try {
        compose_model_files(wide, network);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_STREQ(error.what(),
                     "composing: the output pixels float[N,4] does not fit the input data "
                     "float[N,3]; choose a preprocessing model made for this network");
    }
    try {
        compose_model_files(file("text", "no model"), network);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_EQ(error.what(), (folder.path() / "text").string() +
                                    ": is not an ONNX model; report this to the hub's maintainers");
    }
}

TEST_F(ModelComposer, AWorkerThatDiesIsAnError) {
    EXPECT_EQ(error(worker("kill -SEGV $$")),
              "composing: ONNX's own library crashed or took too long (signal 11); choose other "
              "models");
    EXPECT_THAT(error(worker("exit 3")), HasSubstr("its process ended with status 3; install"));
}

TEST_F(ModelComposer, AMissingWorkerIsNamed) {
    EXPECT_EQ(error("/nowhere/onnx-worker"),
              "/nowhere/onnx-worker: the ONNX worker is missing; install onnxhub again, with all "
              "of its files");
    EXPECT_THROW(compose_model_files("a", "b", "/nowhere/onnx-worker"), WorkerUnavailable);
}

}  // namespace
}  // namespace onnxhub
