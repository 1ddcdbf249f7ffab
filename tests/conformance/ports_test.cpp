// SPDX-License-Identifier: Apache-2.0
// The ports of real models equal those that ONNX Runtime reports.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "manifest/entry.h"
#include "manifest/json.h"
#include "model/model_graph.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* debian_testdata = "/usr/share/libonnx-testdata/data";

/// Compares every model a list names; gives how many there were.
void compare_ports(const fs::path& list, const fs::path& models, std::size_t expected_count) {
    const auto inference = isolated_shape_inference(std::make_shared<OnnxWorkers>());
    std::ifstream lines(list);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto parsed = parse_json(line);
        ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed)) << line;
        const JsonValue& expected = std::get<JsonDocument>(parsed).root;
        const std::string name = *expected.find("path")->string();
        SCOPED_TRACE(name);
        const auto result = read_model_graph(*open_file(models / name, name), inference.get(), {});
        ASSERT_TRUE(std::holds_alternative<ModelGraph>(result))
            << std::get<SkeletonError>(result).reason;
        const auto& graph = std::get<ModelGraph>(result);
        if (expected.find("error")) {  // refused there; here its declared ports are read
            EXPECT_FALSE(graph.ports.inputs.empty());
            EXPECT_FALSE(graph.ports.outputs.empty());
            continue;
        }
        Entry entry;
        entry.io_ports = graph.ports;
        const JsonValue json = to_json(entry);
        const JsonValue* ports = json.find("metadata")->find("io_ports");
        EXPECT_EQ(json_text(*ports->find("inputs")), json_text(*expected.find("inputs")));
        EXPECT_EQ(json_text(*ports->find("outputs")), json_text(*expected.find("outputs")));
    }
    EXPECT_EQ(count, expected_count);
}

TEST(Ports, OfTheCorpusAreThoseOfOnnxRuntime) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    compare_ports(fs::path(corpus) / "models/ports.jsonl", fs::path(corpus) / "models", 12);
}

TEST(Ports, OfDebiansTestDataAreThoseOfOnnxRuntime) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    const char* data = std::getenv("ONNXHUB_ONNX_TESTDATA");
    const fs::path models = data ? data : debian_testdata;
    if (!fs::is_directory(models))
        GTEST_SKIP() << models << " is not installed: install libonnx-testdata";
    compare_ports(fs::path(corpus) / "models/debian-testdata.ports.jsonl", models, 505);
}

}  // namespace
}  // namespace onnxhub
