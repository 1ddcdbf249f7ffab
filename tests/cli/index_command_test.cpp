// SPDX-License-Identifier: Apache-2.0
// Indexes from a user's shell: written, published, read, validated and signed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "index/index_format.h"
#include "tests/support/http_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class IndexCommands : public testing::Test {
protected:
    IndexCommands() : server_([this](const ReceivedRequest& request) { return answer(request); }) {
        done({"init", "hub", "--name", "Team hub", "--owner", "team", "--licence", "MIT"});
        add("Yolo", "object-detection");
        add("ResNet", "image-classification");
    }

    Answer answer(const ReceivedRequest& request) const {
        const fs::path file = folder_.path() / "site" / request.path.substr(1);
        return fs::is_regular_file(file) ? Answer{200, read_file(file)} : Answer{404, ""};
    }

    void add(const std::string& name, const std::string& tag) {
        write_file(folder_.path() / (name + ".onnx"), ModelBuilder()
                                                          .input(name, {1, 4})
                                                          .node("Relu", {name}, {"y"})
                                                          .output("y", {1, 4})
                                                          .bytes());
        done({"add", name + ".onnx", "hub", "--class", tag});
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) const {
        const fs::path home = folder_.path() / "home";
        std::vector<std::string> command{"env", "HOME=" + home.string(),
                                         "XDG_STATE_HOME=" + (home / "state").string(),
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder_.path());
    }
    ProgramResult done(const std::vector<std::string>& arguments) const {
        const ProgramResult result = onnxhub(arguments);
        EXPECT_EQ(result.status, 0) << arguments[0] << ": " << result.err;
        return result;
    }
    ProgramResult at_server(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--hub", server_.url("")});
        return onnxhub(arguments);
    }
    bool was_requested(const std::string& path) const {
        for (const ReceivedRequest& request : server_.requests()) {
            if (request.path == path) return true;
        }
        return false;
    }

    TemporaryFolder folder_;
    HttpServer server_;
};

TEST_F(IndexCommands, AnExportWithAnIndexAnswersWithoutItsManifest) {
    EXPECT_THAT(done({"export", "hub", "--to", "site", "--index"}).err, HasSubstr("index: "));
    EXPECT_THAT(at_server({"search", "yolo"}).out, HasSubstr("Yolo"));
    EXPECT_THAT(at_server({"search", "detection"}).err, HasSubstr("1 of 2 models"));
    EXPECT_THAT(at_server({"search", "detection", "--json"}).out, HasSubstr("\"model_sha\""));
    EXPECT_EQ(at_server({"search", "nothing"}).status, 1);
    EXPECT_THAT(at_server({"list", "--tag", "object-detection"}).out, Not(HasSubstr("ResNet")));
    EXPECT_THAT(at_server({"list", "--tag", "none"}).err,
                HasSubstr("no model has the tag \"none\""));
    EXPECT_THAT(at_server({"info", "resnet"}).out, HasSubstr("ResNet"));
    const ProgramResult loaded = at_server({"load", "Yolo", "--trust"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_FALSE(was_requested("/ONNX_HUB_MANIFEST.json"));
    EXPECT_THAT(at_server({"list"}).out, HasSubstr("ResNet"));
    EXPECT_TRUE(was_requested("/ONNX_HUB_MANIFEST.json"));
}

TEST_F(IndexCommands, AnExportMayHaveNoManifest) {
    done({"export", "hub", "--to", "site", "--index", "--no-manifest"});
    EXPECT_EQ(at_server({"info", "Yolo"}).status, 0);
    EXPECT_EQ(at_server({"list"}).status, 2);
    EXPECT_EQ(onnxhub({"export", "hub", "--to", "other", "--no-manifest"}).status, 2);
}

TEST_F(IndexCommands, GenerateWritesTheSameIndex) {
    done({"export", "hub", "--to", "site", "--index"});
    EXPECT_THAT(done({"generate", "hub", "--index", "own"}).err, HasSubstr("index: "));
    EXPECT_EQ(read_file(folder_.path() / "own/index/root.json"),
              read_file(folder_.path() / "site/index/root.json"));
    EXPECT_THAT(done({"generate", "hub", "--index", "own"}).err, HasSubstr("0 written"));
}

TEST_F(IndexCommands, ValidateFindsAnOldIndex) {
    done({"generate", "hub", "--index", "hub"});
    EXPECT_THAT(onnxhub({"validate", "hub", "--select", "index"}).out, Not(HasSubstr("index-")));
    add("New", "object-detection");
    const ProgramResult found = onnxhub({"validate", "hub", "--select", "index"});
    EXPECT_EQ(found.status, 1);
    EXPECT_THAT(found.out, HasSubstr("index-differs"));
}

TEST_F(IndexCommands, AStatementNamesTheIndex) {
    write_file(folder_.path() / "key.pub", done({"key", "create", "--output", "key.pem"}).out);
    done({"sign", "hub", "--init", "--hub", "team/models", "--key", "key.pem"});
    done({"sign", "hub", "--key", "key.pem", "--index"});
    done({"export", "hub", "--to", "site", "--index"});
    EXPECT_EQ(onnxhub({"validate", "hub", "--select", "signing"}).status, 0);
    const std::string root = read_file(folder_.path() / "site/index/root.json");
    const ProgramResult pinned = onnxhub({"trust", "add", server_.url(""), "--key", "key.pub"});
    ASSERT_EQ(pinned.status, 0) << pinned.err;
    fs::remove_all(folder_.path() / "home/state/onnxhub/signed");
    const std::size_t before = server_.requests().size();
    EXPECT_THAT(at_server({"info", "Yolo"}).out, HasSubstr("Yolo"));
    const auto requests = server_.requests();
    std::string paths;
    for (std::size_t i = before; i < requests.size(); ++i) paths += requests[i].path + "\n";
    ASSERT_EQ(requests.size(), before + 3) << paths;
    EXPECT_EQ(requests[before + 1].path, "/" + index_path(sha256_of(root)));

    // A second holder does not sign the index of another manifest.
    std::string statement = read_file(folder_.path() / "hub/ONNX_HUB_MANIFEST.json.sig");
    EXPECT_EQ(onnxhub({"sign", "hub", "--cosign", "--key", "key.pem"}).status, 0);
    add("New", "object-detection");
    EXPECT_EQ(onnxhub({"sign", "hub", "--cosign", "--key", "key.pem"}).status, 2);
}

}  // namespace
}  // namespace onnxhub::test
