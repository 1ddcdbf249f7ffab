// SPDX-License-Identifier: Apache-2.0
// generate, validate, diff, export, inspect and info with --peek: graphs of models whose bytes are
// on servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tests/support/environment_variable.h"
#include "tests/support/model_builder.h"
#include "tests/support/network_models.h"
#include "tests/support/program.h"
#include "tests/support/range_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string remote_model(const std::string& input, std::int64_t opset = 13) {
    return ModelBuilder(opset)
        .input(input, {1, 128})
        .initializer("w", {128, 256})
        .node("MatMul", {input, "w"}, {"y"})
        .output("y", {1, 256})
        .bytes();
}

std::string top_readme(const std::string& folder) {
    return "# Hub\n\n|Model Class|\n|-|\n|[" + folder + "](" + folder + ")|\n";
}

std::string model_readme(const std::vector<std::string>& files, const std::string& opset = "13") {
    std::string text = "# Models\n\n|Model|Download|ONNX version|Opset version|\n|-|-|-|-|\n";
    for (const std::string& file : files) {
        text += "|" + file + "|[1 MB](" + file + ".onnx)|1.8|" + opset + "|\n";
    }
    return text;
}

class PeekCommands : public testing::Test {
protected:
    PeekCommands() {
        write_file(folder_.path() / "config.toml",
                   "[network]\nallow = [\"" + server_.host() + "\"]\n");
        hub_.set_config("lfs.url", server_.lfs_url());
        hub_.write("README.md", top_readme("a")).write("a/README.md", model_readme({"one", "two"}));
        hub_.write_pointer("a/one.onnx", one_).write_pointer("a/two.onnx", two_);
        hub_.commit("Two models");
    }
    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), hub_.path());
    }
    Json manifest() const { return Json::parse(read_file(hub_.path() / "ONNX_HUB_MANIFEST.json")); }

    std::string one_ = remote_model("x_one");
    std::string two_ = remote_model("x_two");
    TemporaryFolder folder_;
    RangeServer server_;
    RepositoryBuilder hub_;
    EnvironmentVariable config_{"ONNXHUB_CONFIG", folder_.path() / "config.toml"};
    EnvironmentVariable state_{"XDG_STATE_HOME", folder_.path() / "state"};
    EnvironmentVariable hugging_face_{"HF_ENDPOINT", server_.hugging_face()};
};

TEST_F(PeekCommands, GenerateMakesCompleteEntriesForWhatTheServerHas) {
    server_.add_object(one_);
    const ProgramResult some = onnxhub({"generate", "--peek"});
    EXPECT_EQ(some.status, 1) << some.err;
    EXPECT_THAT(some.err, AllOf(HasSubstr("graphs read from servers: 1 model, "),
                                HasSubstr("a/two.onnx: its graph was not read: the Git LFS server "
                                          "does not have the object"),
                                HasSubstr("1 peeked")));
    ASSERT_EQ(manifest().size(), 2U);
    EXPECT_EQ(manifest()[0]["metadata"]["io_ports"]["inputs"][0]["name"], "x_one");
    EXPECT_FALSE(manifest()[1]["metadata"].contains("io_ports"));

    server_.add_object(two_);
    const ProgramResult all = onnxhub({"generate", "--peek"});
    EXPECT_EQ(all.status, 0) << all.err;
    const std::string peeked = read_file(hub_.path() / "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(manifest()[1]["metadata"]["io_ports"]["inputs"][0]["name"], "x_two");

    // The same bytes as with the models here.
    write_file(hub_.path() / "a/one.onnx", one_);
    write_file(hub_.path() / "a/two.onnx", two_);
    fs::remove(hub_.path() / "ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(onnxhub({"generate"}).status, 0);
    EXPECT_EQ(read_file(hub_.path() / "ONNX_HUB_MANIFEST.json"), peeked);
}

TEST_F(PeekCommands, ExportWritesGraphsOfModelsThatServersHave) {
    server_.add_object(one_);
    server_.add_object(sha256_of(two_), remote_model("y_two"));  // the server lies
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    const fs::path to = folder_.path() / "export";
    const auto graph_of = [&](const std::string& model) {
        const std::string path = "graph/" + to_hex(sha256_of(model)) + ".json.gz";
        return Json::parse(run_command({"gzip", "-dc", (to / path).string()}, to).out);
    };
    const auto first_value = [&](const std::string& model) {
        return graph_of(model)["graphs"][0]["values"][0]["name"];
    };
    const std::vector<std::string> exported = {"export", "--allow-missing", "--to", to.string()};
    auto with_peek = exported;
    with_peek.push_back("--peek");
    const ProgramResult result = onnxhub(with_peek);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("graphs read from servers: 2 models"),
                                  HasSubstr("graphs of 2 models, 2 new")));
    EXPECT_EQ(first_value(one_), "x_one");
    EXPECT_EQ(first_value(two_), "y_two");

    EXPECT_THAT(onnxhub(exported).err, HasSubstr("graphs of 2 models, 0 new")) << "they are kept";

    write_file(hub_.path() / "a/two.onnx", two_);
    EXPECT_THAT(onnxhub(exported).err, HasSubstr("graphs of 2 models, 1 new"));
    EXPECT_EQ(first_value(two_), "x_two") << "the graph of the local bytes";
    EXPECT_THAT(onnxhub(exported).err, HasSubstr("graphs of 2 models, 0 new"));
}

TEST_F(PeekCommands, ExportNeedsWholeGraphs) {
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"--peek=opset"}, {"--peek", "--no-graphs"}}) {
        std::vector<std::string> arguments = {"export", "--to", (folder_.path() / "x").string()};
        arguments.insert(arguments.end(), wrong.begin(), wrong.end());
        const ProgramResult result = onnxhub(arguments);
        EXPECT_EQ(result.status, 2) << result.err;
        EXPECT_THAT(result.err, HasSubstr("--peek"));
    }
}

TEST_F(PeekCommands, WhenTheBytesComeAndDifferTheEntryIsMadeAgain) {
    const std::string other = remote_model("y_one");
    server_.add_object(sha256_of(one_), other);  // the server lies
    server_.add_object(two_);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    EXPECT_EQ(manifest()[0]["metadata"]["io_ports"]["inputs"][0]["name"], "y_one");
    write_file(hub_.path() / "a/one.onnx", one_);
    ASSERT_EQ(onnxhub({"generate"}).status, 0);
    EXPECT_EQ(manifest()[0]["metadata"]["io_ports"]["inputs"][0]["name"], "x_one");
}

TEST_F(PeekCommands, TheOpsetAloneIsEnoughForAnEntry) {
    hub_.write("onnxhub.toml", "[generate]\ndiscover = true\n")
        .write("a/README.md", model_readme({"one"}))
        .commit("One model without a row");
    server_.add_object(two_);
    server_.add_object(one_);
    const ProgramResult result = onnxhub({"generate", "--peek=opset"});
    ASSERT_EQ(manifest().size(), 2U) << result.err;
    EXPECT_EQ(manifest()[1]["opset_version"], 13);
    EXPECT_FALSE(manifest()[1]["metadata"].contains("io_ports"));
    EXPECT_LE(server_.count("/store/"), 4U);
}

TEST_F(PeekCommands, ADryRunSendsAndWritesNothing) {
    const ProgramResult result = onnxhub({"generate", "--peek", "--dry-run"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("2 models to read from servers: about "));
    EXPECT_THAT(server_.requests(), IsEmpty());
    EXPECT_FALSE(fs::exists(hub_.path() / "ONNX_HUB_MANIFEST.json"));
    const ProgramResult validated = onnxhub({"validate", "--peek", "--dry-run"});
    EXPECT_EQ(validated.status, 0) << validated.err;
    EXPECT_THAT(validated.out, HasSubstr("2 models to read from servers: about "));
    EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(PeekCommands, ValidateComparesEntriesWithGraphsOnTheServer) {
    server_.add_object(one_);
    server_.add_object(two_);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    Json changed = manifest();
    changed[1]["metadata"]["io_ports"]["inputs"][0]["name"] = "z";
    write_file(hub_.path() / "ONNX_HUB_MANIFEST.json", changed.dump(2));
    EXPECT_THAT(onnxhub({"validate"}).out, Not(HasSubstr("x_two")));
    const ProgramResult result = onnxhub({"validate", "--peek"});
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("x_two"), Not(HasSubstr("x_one"))));
}

TEST_F(PeekCommands, ValidateDoesNotPassWhatItCouldNotRead) {
    server_.add_object(one_);
    server_.add_object(two_);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    fs::remove_all(folder_.path() / "state");
    server_.twist = [](const ReceivedRequest& request, Answer& answer) {
        if (request.path.starts_with("/store/")) answer = {404, "gone"};
    };
    const ProgramResult result = onnxhub({"validate", "--peek"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("the graphs of 2 models were not read, so they were not "
                                      "checked"));
}

TEST_F(PeekCommands, AChangeOfOnePointerIsOneBatchRequestAndItsRanges) {
    server_.add_object(one_);
    server_.add_object(two_);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    hub_.commit("Manifest");
    hub_.branch("base");
    fs::remove_all(folder_.path() / "state");
    const std::string new_two = remote_model("x_new");
    server_.add_object(new_two);
    hub_.write_pointer("a/two.onnx", new_two).commit("A new model");
    const std::size_t before = server_.requests().size();
    const ProgramResult result = onnxhub({"validate", "--changed-since", "base", "--peek"});
    EXPECT_EQ(server_.count("/lfs/"), 2U) << "one for generate, one now";
    std::size_t others = 0;
    const auto requests = server_.requests();
    for (std::size_t i = before; i < requests.size(); ++i) {
        if (requests[i].path.starts_with("/store/")) {
            others += requests[i].path != "/store/" + to_hex(sha256_of(new_two));
        }
    }
    EXPECT_EQ(others, 0U);
    EXPECT_GT(requests.size(), before + 1) << result.err;
}

TEST_F(PeekCommands, AChangeChoosesNoMirror) {
    server_.add_object(one_);
    server_.add_object(two_);
    hub_.branch("base");
    RangeServer theirs;
    write_file(folder_.path() / "config.toml",
               "[network]\nallow = [\"" + server_.host() + "\", \"" + theirs.host() + "\"]\n");
    const std::string lie = remote_model("z");
    const std::string new_two = remote_model("x_new");
    theirs.add_file("a/two.onnx", lie, "\"" + to_hex(sha256_of(new_two)) + "\"");
    hub_.write("onnxhub.toml", "[peek]\nmirrors = [\"" + theirs.mirror_url() + "\"]\n")
        .write_pointer("a/two.onnx", new_two)
        .commit("A mirror of my own");
    onnxhub({"validate", "--changed-since", "base", "--peek"});
    EXPECT_THAT(theirs.requests(), IsEmpty());
    onnxhub({"diff", "base...HEAD", "--peek"});
    EXPECT_THAT(theirs.requests(), IsEmpty());
}

TEST_F(PeekCommands, AChangeOfLfsconfigDoesNotTurnChecksOff) {
    for (const std::string& content : {one_, two_}) server_.add_object(content);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    hub_.commit("Manifest");
    hub_.branch("base");
    hub_.write(".lfsconfig", "# a comment\n").write_pointer("a/two.onnx", remote_model("x_new"));
    hub_.commit("A new model that no server has");
    const ProgramResult result = onnxhub({"validate", "--changed-since", "base", "--peek"});
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("the Git LFS server does not have the object"));
}

TEST_F(PeekCommands, ModelsThatOnlyTheManifestNamesAreReadToo) {
    for (const std::string& content : {one_, two_}) server_.add_object(content);
    ASSERT_EQ(onnxhub({"generate", "--peek"}).status, 0);
    fs::remove(hub_.path() / "README.md");
    fs::remove(hub_.path() / "a/README.md");
    fs::remove_all(folder_.path() / "state");
    Json changed = manifest();
    changed[1]["metadata"]["io_ports"]["inputs"][0]["name"] = "z";
    write_file(hub_.path() / "ONNX_HUB_MANIFEST.json", changed.dump(2));
    const ProgramResult result = onnxhub({"validate", "--peek"});
    EXPECT_THAT(result.err, HasSubstr("graphs read from servers: 2 models"));
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("x_two"),
                                  HasSubstr("the graphs of 2 models were read from servers")));
}

TEST_F(PeekCommands, ALyingMirrorChangesNoManifestAndNoFinding) {
    server_.add_file("a/one.onnx", remote_model("z_one"), "\"v1\"");
    server_.add_file("a/two.onnx", remote_model("z_two"), "\"v1\"");
    hub_.write("onnxhub.toml", "[peek]\nmirrors = [\"" + server_.mirror_url() + "\"]\n");
    ASSERT_EQ(onnxhub({"generate"}).status, 0);
    const std::string before = read_file(hub_.path() / "ONNX_HUB_MANIFEST.json");
    const ProgramResult result = onnxhub({"generate", "--peek"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("does not state the SHA-256 of the file"));
    EXPECT_EQ(read_file(hub_.path() / "ONNX_HUB_MANIFEST.json"), before);
    EXPECT_FALSE(fs::exists(folder_.path() / "state/onnxhub/graphs"));
}

TEST_F(PeekCommands, DiffShowsTheGraphsOfBothSides) {
    const std::string newer = remote_model("x_one", 15);
    for (const std::string& content : {one_, two_, newer}) server_.add_object(content);
    hub_.write_pointer("a/one.onnx", newer).commit("A newer opset");
    EXPECT_THAT(onnxhub({"diff", "HEAD~1..HEAD"}).out, HasSubstr("not downloaded"));
    const ProgramResult result = onnxhub({"diff", "HEAD~1..HEAD", "--peek"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("opset"), HasSubstr("15"), Not(HasSubstr("not downloaded"))));
    EXPECT_THAT(result.err, HasSubstr("graphs read from servers: 1 model, "));
}

TEST_F(PeekCommands, InspectOfAPointerShowsWhatItSays) {
    const ProgramResult result = onnxhub({"inspect", "a/one.onnx"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr(to_hex(sha256_of(one_))), HasSubstr("Git LFS pointer"),
                                  HasSubstr("128 KiB (131,")));
    EXPECT_THAT(result.err, HasSubstr("--peek"));
    const ProgramResult json = onnxhub({"inspect", "a/one.onnx", "--json"});
    EXPECT_EQ(Json::parse(json.out).at("bytes"), one_.size());
    EXPECT_EQ(Json::parse(json.out).at("is_pointer"), true);
    const ProgramResult ports = onnxhub({"inspect", "a/one.onnx", "--ports"});
    EXPECT_EQ(ports.status, 2);
    EXPECT_THAT(ports.err, HasSubstr("use --peek, or run git lfs pull --include \"one.onnx\""));
    EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(PeekCommands, InspectPeeksAPointer) {
    server_.add_object(one_);
    const ProgramResult result = onnxhub({"inspect", "a/one.onnx", "--peek"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("x_one"), HasSubstr(to_hex(sha256_of(one_))),
                                  HasSubstr("in 2 requests, without the weights"),
                                  Not(HasSubstr("not verified"))));
    const ProgramResult opset = onnxhub({"inspect", "a/one.onnx", "--peek=opset"});
    EXPECT_THAT(opset.out, HasSubstr("IR version 7, opset 13"));
    EXPECT_EQ(onnxhub({"inspect", "a/one.onnx", "--peek", "--check"}).status, 0);
}

TEST_F(PeekCommands, InspectOfAUrlReadsTheGraphAlone) {
    const std::string large = make_network(Network::yolo, 8).SerializeAsString();
    server_.add_file("yolo.onnx", large);
    const ProgramResult result = onnxhub({"inspect", server_.mirror_url() + "/yolo.onnx"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("images"), HasSubstr("1 x 3 x 640 x 640"),
                                  HasSubstr("(stated by the server)"), HasSubstr("not verified")));
    EXPECT_LT(server_.range_bytes(), large.size() / 10);
    const ProgramResult missing = onnxhub({"inspect", server_.mirror_url() + "/none.onnx"});
    EXPECT_EQ(missing.status, 2);
    EXPECT_THAT(missing.err, HasSubstr("/files/none.onnx: answers with status 404"));
}

TEST_F(PeekCommands, InfoPeeksAModelOfAHub) {
    server_.add_file("a/one.onnx", one_);
    ASSERT_EQ(onnxhub({"generate"}).status, 0);
    server_.add_file("ONNX_HUB_MANIFEST.json", read_file(hub_.path() / "ONNX_HUB_MANIFEST.json"));
    const ProgramResult plain = onnxhub({"info", "one", "--hub", server_.mirror_url()});
    EXPECT_EQ(plain.status, 0) << plain.err;
    EXPECT_THAT(plain.out, Not(HasSubstr("x_one")));
    const ProgramResult result = onnxhub({"info", "one", "--hub", server_.mirror_url(), "--peek"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("x_one"), HasSubstr("in 2 requests"),
                                  Not(HasSubstr("not verified"))));
    const ProgramResult offline =
        onnxhub({"info", "one", "--hub", server_.mirror_url(), "--peek", "--offline"});
    EXPECT_EQ(offline.status, 2);
    EXPECT_THAT(offline.err, HasSubstr("--peek reads from a server; leave out --offline"));
    server_.add_file("a/one.onnx", one_, "\"no digest\"");
    EXPECT_THAT(onnxhub({"info", "one", "--hub", server_.mirror_url(), "--peek"}).out,
                HasSubstr("not verified"));
    const ProgramResult json =
        onnxhub({"info", "one", "--hub", server_.mirror_url(), "--peek", "--json"});
    EXPECT_EQ(Json::parse(json.out).at("remote").at("is_bound"), false) << json.err;
    const ProgramResult opset =
        onnxhub({"info", "one", "--hub", server_.mirror_url(), "--peek=opset"});
    EXPECT_THAT(opset.out, HasSubstr("IR version 7, opset 13"));
}

TEST_F(PeekCommands, AnAddressInAPrivateNetworkIsNotAsked) {
    write_file(folder_.path() / "config.toml", "");
    const EnvironmentVariable public_one("HF_ENDPOINT", "https://huggingface.co");
    const std::string base = server_.mirror_url();
    hub_.write("onnxhub.toml", "[peek]\nmirrors = [\"" + base + "\"]\n");
    hub_.set_config("lfs.url", "https://127.0.0.1:1/nothing");
    const ProgramResult result = onnxhub({"generate", "--peek"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("not requested: it is not https"));
    EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(PeekCommands, WrongValuesAreErrorsOfTheCommandLine) {
    const ProgramResult depth = onnxhub({"generate", "--peek=weights"});
    EXPECT_EQ(depth.status, 2);
    EXPECT_THAT(depth.err, HasSubstr("\"weights\" is not one of graph, opset"));
    EXPECT_THAT(onnxhub({"generate", "--dry-run"}).err, HasSubstr("--dry-run requires --peek"));
    EXPECT_THAT(onnxhub({"validate", "--connections", "2"}).err, HasSubstr("requires --peek"));
    EXPECT_THAT(onnxhub({"validate", "--peek", "."}).err, HasSubstr("reading the graphs of 2"))
        << "the directory is no value of --peek";
    EXPECT_EQ(onnxhub({"generate", "--peek", "--connections", "0"}).status, 2);
    EXPECT_EQ(onnxhub({"generate", "--peek", "--max-transfer", "much"}).status, 2);
}

}  // namespace
}  // namespace onnxhub::test
