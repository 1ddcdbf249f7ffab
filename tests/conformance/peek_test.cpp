// SPDX-License-Identifier: Apache-2.0
// Reading a graph by ranges gives what reading the file gives, for every real model.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "manifest/entry.h"
#include "manifest/json.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"
#include "model/onnx_worker.h"
#include "remote/peek.h"
#include "tests/support/program.h"
#include "tests/support/range_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::RangeServer;
using test::run_command;
using test::TemporaryFolder;

constexpr const char* debian_models = "/usr/share/libonnx-testdata/data";

std::vector<fs::path> models_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& item : fs::recursive_directory_iterator(folder)) {
        if (item.path().extension() == ".onnx") files.push_back(item.path());
    }
    return files;
}

/// The model behind a long description, so that it is too large to be read whole.
std::string behind_description(const std::string& model) {
    std::string field = "\x32\x80\x80\x08";  // doc_string of 128 KiB
    return field + std::string(128 * 1024, ' ') + model;
}

/// Ports as a manifest has them, or why there are none.
std::string ports_text_of(const ByteSource& source, ShapeInference* inference) {
    const auto read = read_model_graph(source, inference, {});
    if (const auto* error = std::get_if<SkeletonError>(&read)) return error->reason;
    Entry entry;
    entry.io_ports = std::get<ModelGraph>(read).ports;
    return json_text(to_json(entry));
}

class PeekConformance : public testing::Test {
protected:
    void compare(const fs::path& folder, std::size_t least) {
        const auto inference = isolated_shape_inference(std::make_shared<OnnxWorkers>());
        std::vector<PeekTarget> targets;
        std::size_t not_models = 0;
        for (const fs::path& file : models_in(folder)) {
            const std::string content = read_file(file, std::uint64_t{1} << 31);
            if (content.empty()) continue;
            for (const std::string& bytes : {content, behind_description(content)}) {
                server_.add_object(bytes);
                targets.push_back({file.string(), sha256_of(bytes), bytes.size()});
            }
        }
        EXPECT_GE(targets.size(), 2 * least);
        PeekOptions options;
        options.lfs = [this](const std::vector<LfsObject>& objects) {
            HttpClient client;
            return ask_lfs_server(client, server_.lfs_url(), objects);
        };
        options.lfs_name = "loopback";
        FetchObserver observer;
        const PeekedGraphs graphs = peek_graphs(targets, options, observer);
        options.depth = PeekDepth::opset;
        const PeekedGraphs opsets = peek_graphs(targets, options, observer);
        EXPECT_GT(graphs.summary().requests, targets.size());
        for (const PeekTarget& target : targets) {
            SCOPED_TRACE(target.path);
            const auto whole = open_file(target.path, target.path);
            const auto peeked = graphs.open(target.sha, target.size_bytes);
            if (!peeked) {  // refused when it is read whole, too
                EXPECT_TRUE(std::holds_alternative<SkeletonError>(read_skeleton(*whole)));
                ++not_models;
                continue;
            }
            EXPECT_EQ(ports_text_of(*peeked, inference.get()),
                      ports_text_of(*whole, inference.get()));
            const auto some = read_model_opsets(*opsets.open(target.sha, target.size_bytes));
            const auto all = read_model_opsets(*whole);
            EXPECT_EQ(std::get<ModelOpsets>(some).versions, std::get<ModelOpsets>(all).versions);
        }
        EXPECT_EQ(graphs.summary().failures.size(), not_models);
    }

    RangeServer server_;
};

TEST_F(PeekConformance, OfTheCorpus) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    compare(corpus, 10);
}

TEST_F(PeekConformance, OfOnnxsNodeTests) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    const TemporaryFolder folder;
    const std::string archive = std::string(corpus) + "/onnx-node/node-tests.tar.gz";
    ASSERT_EQ(run_command({"tar", "-xzf", archive, "-C", folder.path()}, folder.path()).status, 0);
    compare(folder.path(), 600);
}

TEST_F(PeekConformance, OfDebiansTestData) {
    const char* data = std::getenv("ONNXHUB_ONNX_TESTDATA");
    const fs::path models = data ? data : debian_models;
    if (!fs::is_directory(models)) {
        GTEST_SKIP() << models << " is not installed: install libonnx-testdata";
    }
    compare(models, 500);
}

}  // namespace
}  // namespace onnxhub
