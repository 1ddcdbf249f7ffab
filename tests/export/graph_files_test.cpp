// SPDX-License-Identifier: Apache-2.0
// Graphs of models in exported hubs.
#include "hosting/export/graph_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "hosting/export/hub_export.h"
#include "tests/support/hub_folder.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string model_with(const std::string& op) {
    return ModelBuilder().input("x", {1}).node(op, {"x"}, {"y"}).output("y", {1}).bytes();
}

std::string graph_of(const std::string& model) {
    return graph_path(sha256_of(model));
}

class GraphFiles : public testing::Test {
protected:
    GraphFiles() { write_hub({{"a/relu.onnx", relu}, {"b/neg.onnx", neg}}); }

    void write_hub(const std::map<std::string, std::string>& files) const {
        fs::remove_all(hub);
        write_hub_folder(hub, files);
    }

    ExportReport run(bool has_graphs = true) const {
        ExportRequest request;
        request.to = site;
        request.hub_folder = hub;
        request.folder_name = "hub";
        request.has_graphs = has_graphs;
        return export_hub(LocalHub(hub.string()), request);
    }

    /// The text in a gzip file of the export.
    std::string unpacked(const std::string& path) const {
        return run_command({"gzip", "-dc", (site / path).string()}, folder.path()).out;
    }

    const std::string relu = model_with("Relu");
    const std::string neg = model_with("Neg");
    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const fs::path site = folder.path() / "site";
};

TEST_F(GraphFiles, OfEachModelAreExported) {
    const ExportReport report = run();
    EXPECT_EQ(report.graphs, 2u);
    EXPECT_EQ(report.written_graphs, 2u);
    EXPECT_THAT(unpacked(graph_of(relu)), HasSubstr("\"op\":\"Relu\""));
    EXPECT_THAT(unpacked(graph_of(neg)), HasSubstr("\"op\":\"Neg\""));
    const std::string sums = read_file(site / "SHA256SUMS");
    EXPECT_THAT(sums, HasSubstr(to_hex(sha256_of(read_file(site / graph_of(relu)))) + "  " +
                                graph_of(relu) + "\n"));
    EXPECT_THAT(read_file(site / "index.html"),
                HasSubstr("\"has_graphs\":true,\"without_graph\":[]"));
}

TEST_F(GraphFiles, UnchangedOnesAreKeptAndStaleOnesRemoved) {
    run();
    const auto before = fs::last_write_time(site / graph_of(relu));
    const std::string abs = model_with("Abs");
    write_hub({{"a/moved.onnx", relu}, {"c/abs.onnx", abs}});
    const ExportReport report = run();
    EXPECT_EQ(report.graphs, 2u);
    EXPECT_EQ(report.written_graphs, 1u);
    EXPECT_EQ(report.carried, 0u);
    EXPECT_EQ(fs::last_write_time(site / graph_of(relu)), before);
    EXPECT_TRUE(fs::exists(site / graph_of(abs)));
    EXPECT_FALSE(fs::exists(site / graph_of(neg)));
}

TEST_F(GraphFiles, DamagedOnesAreWrittenAgain) {
    run();
    const std::string right = read_file(site / graph_of(relu));
    write_file(site / graph_of(relu), "damaged");
    EXPECT_EQ(run().written_graphs, 1u);
    EXPECT_EQ(read_file(site / graph_of(relu)), right);
}

TEST_F(GraphFiles, OfAnotherVersionAreWrittenAgain) {
    run();
    const std::string sums = read_file(site / "SHA256SUMS");
    const std::string right = to_hex(sha256_of(graph_version_text()));
    std::string other = sums;
    other.replace(other.find(right), right.size(), std::string(64, '0'));
    write_file(site / "SHA256SUMS", other);
    EXPECT_EQ(run().written_graphs, 2u);
    EXPECT_EQ(read_file(site / "SHA256SUMS"), sums);
}

TEST_F(GraphFiles, ModelsThatAreNotOnnxHaveNone) {
    write_hub({{"a/relu.onnx", relu}, {"b/broken.onnx", "no model"}});
    EXPECT_EQ(run().graphs, 1u);
    EXPECT_FALSE(fs::exists(site / graph_of("no model")));
    EXPECT_THAT(read_file(site / "index.html"), HasSubstr("\"without_graph\":[\"b/broken.onnx\"]"));
}

TEST_F(GraphFiles, AreLeftOutOnRequest) {
    run();
    EXPECT_EQ(run(false).graphs, 0u);
    EXPECT_FALSE(fs::exists(site / "graph"));
    EXPECT_THAT(read_file(site / "index.html"), HasSubstr("\"has_graphs\":false"));
}

TEST_F(GraphFiles, AForeignFileAtTheirPathIsRefused) {
    run(false);
    write_file(site / graph_of(relu), "mine");
    EXPECT_THROW(run(), UserError);
    EXPECT_EQ(read_file(site / graph_of(relu)), "mine");
}

TEST(ModelsByDigest, AreReadOncePerStateOfTheManifest) {
    const TemporaryFolder folder;
    write_hub_folder(folder.path(), {{"a/one.onnx", "one"}, {"b/one.onnx", "one"}});
    int reads = 0;
    ModelsByDigest models([&] {
        ++reads;
        return read_file(folder.path() / "ONNX_HUB_MANIFEST.json");
    });
    const std::string one = to_hex(sha256_of(std::string("one")));
    EXPECT_THAT(models.paths_of(one, "first"), ElementsAre("a/one.onnx", "b/one.onnx"));
    EXPECT_THAT(models.paths_of(std::string(64, '0'), "first"), IsEmpty());
    EXPECT_EQ(reads, 1);
    write_hub_folder(folder.path(), {{"c/two.onnx", "two"}});
    EXPECT_THAT(models.paths_of(one, "second"), IsEmpty());
    EXPECT_EQ(reads, 2);
}

}  // namespace
}  // namespace onnxhub::test
