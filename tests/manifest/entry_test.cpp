// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onnxhub {
namespace {

const std::string sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

JsonValue json_of(const std::string& text) {
    auto parsed = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        ADD_FAILURE() << error->line << ":" << error->column << ": " << error->message << "\n"
                      << text;
        return {};
    }
    return std::move(std::get<JsonDocument>(parsed).root);
}

/// An entry with all that is required, and this metadata.
std::string entry_with(const std::string& metadata) {
    return "{\"model\": \"M\",\n\"model_path\": \"m.onnx\",\n\"onnx_version\": \"1.9\",\n"
           "\"opset_version\": 12,\n\"metadata\": " +
           metadata + "}";
}

/// "line: message", or "" when the entry is good.
std::string problem_of(const std::string& text) {
    const auto result = parse_entry(json_of(text));
    const auto* problem = std::get_if<EntryProblem>(&result);
    return problem ? std::to_string(problem->line) + ": " + problem->message : "";
}

Entry entry_of(const std::string& text) {
    auto result = parse_entry(json_of(text));
    if (const auto* problem = std::get_if<EntryProblem>(&result)) {
        ADD_FAILURE() << problem->line << ": " << problem->message;
        return {};
    }
    return std::get<Entry>(std::move(result));
}

Entry full_entry() {
    const Sha256 digest = *parse_sha256(sha);
    Entry entry;
    entry.model = "R\u00e9sNet";
    entry.model_path = "vision/m.onnx";
    entry.onnx_version = "1.10";
    entry.opset_version = 15;
    entry.content = {digest, 435852734};
    entry.tags = {"vision", "image classification"};
    entry.io_ports =
        IoPorts{{{"data", {std::monostate(), std::int64_t{3}, std::string("h")}, "tensor(float)"}},
                {{"out", {}, "seq(tensor(uint8))"}}};
    entry.extra_ports = std::vector<FeaturePort>{{"pool", {std::int64_t{0}, std::int64_t{512}}}};
    entry.archive_path = "vision/m.tar.gz";
    entry.archive = StatedContent{digest, 7};
    entry.external_data = {{"vision/m.bin", digest, 12}};
    entry.sources = {"https://models.example/m.onnx", "https://mirror.example/m.onnx"};
    entry.about =
        ModelFacts{"MIT", "R\u00e9my", "classification", "Names what a picture shows.", 25557032};
    return entry;
}

const std::string full_entry_text = R"json({
    "model": "R\u00e9sNet",
    "model_path": "vision/m.onnx",
    "onnx_version": "1.10",
    "opset_version": 15,
    "metadata": {
        "model_sha": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "model_bytes": 435852734,
        "tags": [
            "vision",
            "image classification"
        ],
        "io_ports": {
            "inputs": [
                {
                    "name": "data",
                    "shape": [
                        null,
                        3,
                        "h"
                    ],
                    "type": "tensor(float)"
                }
            ],
            "outputs": [
                {
                    "name": "out",
                    "shape": [],
                    "type": "seq(tensor(uint8))"
                }
            ]
        },
        "extra_ports": {
            "features": [
                {
                    "name": "pool",
                    "shape": [
                        0,
                        512
                    ]
                }
            ]
        },
        "model_with_data_path": "vision/m.tar.gz",
        "model_with_data_sha": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "model_with_data_bytes": 7,
        "external_data": [
            {
                "path": "vision/m.bin",
                "sha": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "bytes": 12
            }
        ],
        "sources": [
            "https://models.example/m.onnx",
            "https://mirror.example/m.onnx"
        ],
        "license": "MIT",
        "author": "R\u00e9my",
        "task": "classification",
        "description": "Names what a picture shows.",
        "parameters": 25557032
    }
})json";

TEST(EntryJson, HasTheKeysInTheOrderOfTheFormat) {
    EXPECT_EQ(json_text(to_json(full_entry())), full_entry_text);
}

TEST(EntryJson, IsReadBackAsItWas) {
    EXPECT_EQ(entry_of(full_entry_text), full_entry());
    Entry plain;
    plain.model = "M";
    EXPECT_EQ(entry_of(json_text(to_json(plain))), plain);
}

TEST(EntryJson, LeavesOutWhatHasNoValue) {
    Entry entry = entry_of(entry_with("{}"));
    EXPECT_EQ(json_text(*to_json(entry).find("metadata")), "{\n    \"tags\": []\n}");
    entry.content.size_bytes = 0;
    EXPECT_EQ(json_text(*to_json(entry).find("metadata")),
              "{\n    \"model_bytes\": 0,\n    \"tags\": []\n}");
}

TEST(ParseEntry, AllKeysOfMetadataMayBeMissing) {
    const Entry entry = entry_of(entry_with("{}"));
    EXPECT_EQ(entry.model, "M");
    EXPECT_EQ(entry.model_path, "m.onnx");
    EXPECT_EQ(entry.onnx_version, "1.9");
    EXPECT_EQ(entry.opset_version, 12);
    EXPECT_EQ(entry.content, StatedContent());
    EXPECT_FALSE(entry.io_ports || entry.extra_ports || entry.archive_path);
}

TEST(ParseEntry, IgnoresUnknownKeysAndTheOrderOfKeys) {
    const std::string text =
        R"({"x": {"model": 1}, "opset_version": 12, "metadata": {"owner": null, "tags": ["t"]},
            "onnx_version": "1.9", "model_path": "m.onnx", "model": "M"})";
    EXPECT_EQ(entry_of(text), entry_of(entry_with(R"({"tags": ["t"]})")));
}

TEST(ParseEntry, SizesHaveTheWholeRange) {
    EXPECT_EQ(entry_of(entry_with(R"({"model_bytes": 18446744073709551615})")).content.size_bytes,
              UINT64_MAX);
    EXPECT_EQ(entry_of(entry_with(R"({"model_bytes": 0})")).content.size_bytes, 0u);
}

TEST(ParseEntry, ExtraPortsMayHaveOtherPortsThanFeatures) {
    EXPECT_EQ(entry_of(entry_with(R"({"extra_ports": {"x": 1}})")).extra_ports, std::nullopt);
    const auto ports = entry_of(entry_with(R"({"extra_ports": {"features": []}})")).extra_ports;
    ASSERT_TRUE(ports.has_value());
    EXPECT_TRUE(ports->empty());
}

TEST(ParseEntry, OpsetsAreWholeNumbersByDomain) {
    const auto opsets = [](const std::string& value) {
        return entry_of(entry_with("{\"opsets\": " + value + "}")).opsets;
    };
    EXPECT_EQ(opsets(R"({"ai.onnx": 12, "ai.onnx.ml": 3})"),
              (std::map<std::string, std::int64_t>{{"ai.onnx", 12}, {"ai.onnx.ml", 3}}));
    for (const char* other : {R"({"ai.onnx": "12"})", R"({"x": -1})", R"({"x": 1.5})", "[12]", "12",
                              "null", R"({"x": 1, "y": null})"}) {
        EXPECT_TRUE(opsets(other)->empty()) << other;
    }
}

TEST(ParseEntry, AdditionsOfAnotherTypeAreATeamsOwn) {
    const Entry entry = entry_of(entry_with(
        R"({"sources": {"data": "ImageNet"}, "license": null, "author": ["a"], "task": 7,
            "description": {"en": "x"}, "parameters": "25M"})"));
    EXPECT_TRUE(entry.sources.empty());
    EXPECT_EQ(entry.about, ModelFacts());
    for (const char* sources :
         {R"("https://x.example/m.onnx")", R"(["https://x.example/m", 1])", "[]", "null"}) {
        EXPECT_TRUE(
            entry_of(entry_with("{\"sources\": " + std::string(sources) + "}")).sources.empty())
            << sources;
    }
    for (const char* parameters : {"-1", "1.5", "1e3", "true", "9223372036854775808"}) {
        EXPECT_EQ(entry_of(entry_with("{\"parameters\": " + std::string(parameters) + "}"))
                      .about->parameters,
                  std::nullopt)
            << parameters;
    }
    EXPECT_EQ(entry_of(entry_with(R"({"parameters": 0, "license": ""})")).about,
              (ModelFacts{"", {}, {}, {}, 0}));
}

TEST(ParseEntry, SaysWhichRequiredKeyIsMissing) {
    EXPECT_EQ(problem_of("\n{}"), "2: model is missing");
    EXPECT_EQ(problem_of(R"({"model": "M"})"), "1: model_path is missing");
    EXPECT_EQ(problem_of(R"({"model": "M", "model_path": "m"})"), "1: onnx_version is missing");
    EXPECT_EQ(problem_of(R"({"model": "M", "model_path": "m", "onnx_version": "1"})"),
              "1: opset_version is missing");
    EXPECT_EQ(problem_of(R"({"model": "M", "model_path": "m", "onnx_version": "1",
                             "opset_version": 1})"),
              "1: metadata is missing");
}

/// Each of these makes ONNX's Python client fail.
TEST(ParseEntry, SaysWhatClientsFailOn) {
    EXPECT_EQ(problem_of(R"({"model": "", "model_path": "m", "onnx_version": "1",
                             "opset_version": 1, "metadata": {}})"),
              "1: model is empty");
    EXPECT_EQ(problem_of("{\"model\": \"M\", \"model_path\": \"m\", \"onnx_version\": \"1\",\n"
                         "\"opset_version\": -1, \"metadata\": {}}"),
              "2: opset_version is negative");
    EXPECT_EQ(problem_of(entry_with(R"({"model_with_data_path": "m.tar.gz"})")),
              "5: model_with_data_sha is missing");
    EXPECT_EQ(problem_of(entry_with("{\"model_with_data_sha\": \"" + sha + "\"}")),
              "5: model_with_data_path is missing");
}

TEST(ParseEntry, SaysWhatIsNoEntryAtAll) {
    EXPECT_EQ(problem_of("[]"), "1: the entry is an array, not an object");
    EXPECT_EQ(problem_of("\n\"ResNet\""), "2: the entry is a string, not an object");
    EXPECT_EQ(problem_of("null"), "1: the entry is null, not an object");
}

TEST(ParseEntry, SaysWhatHasTheWrongTypeAndWhere) {
    EXPECT_EQ(problem_of("{\"model\":\n 1}"), "2: model is a number, not a string");
    EXPECT_EQ(problem_of(R"({"model": "M", "model_path": null})"),
              "1: model_path is null, not a string");
    EXPECT_EQ(problem_of(R"({"model": "M", "model_path": "m", "onnx_version": 1.9})"),
              "1: onnx_version is a number, not a string");
    for (const char* opset : {"\"12\"", "12.0", "1e1", "null", "9223372036854775808"}) {
        EXPECT_EQ(problem_of("{\"model\": \"M\", \"model_path\": \"m\", \"onnx_version\": \"1\", "
                             "\"opset_version\": " +
                             std::string(opset) + "}"),
                  "1: opset_version is not a whole number");
    }
    const std::pair<std::string, std::string> cases[] = {
        {"[]", "5: metadata is an array, not an object"},
        {"null", "5: metadata is null, not an object"},
        {"{\"tags\": \"t\"}", "5: tags is a string, not an array"},
        {"{\"tags\": [\"t\",\n1]}", "6: tags[1] is a number, not a string"},
        {"{\n\"io_ports\": null}", "6: io_ports is null, not an object"},
        {"{\"io_ports\": {}}", "5: io_ports.inputs is missing"},
        {"{\"io_ports\": {\"inputs\": []}}", "5: io_ports.outputs is missing"},
        {"{\"io_ports\": {\"inputs\": {}, \"outputs\": []}}",
         "5: io_ports.inputs is an object, not an array"},
        {"{\"io_ports\": {\"inputs\": [\n7], \"outputs\": []}}",
         "6: io_ports.inputs[0] is a number, not an object"},
        {"{\"io_ports\": {\"inputs\": [], \"outputs\": [{}]}}",
         "5: io_ports.outputs[0].name is missing"},
        {"{\"io_ports\": {\"inputs\": [{\"name\": \"x\", \"type\": \"t\"}], "
         "\"outputs\": []}}",
         "5: io_ports.inputs[0].shape is missing"},
        {"{\"io_ports\": {\"inputs\": [{\"name\": \"x\", \"shape\": [1,\n2.5], "
         "\"type\": \"t\"}], "
         "\"outputs\": []}}",
         "6: io_ports.inputs[0].shape[1] is not a whole number, a name or null"},
        {"{\"io_ports\": {\"inputs\": [{\"name\": \"x\", \"shape\": [], \"type\": 1}], "
         "\"outputs\": []}}",
         "5: io_ports.inputs[0].type is a number, not a string"},
        {"{\"extra_ports\": []}", "5: extra_ports is an array, not an object"},
        {"{\"extra_ports\": {\"features\": [{\"name\": \"x\"}]}}",
         "5: extra_ports.features[0].shape is missing"},
        {"{\"model_with_data_path\": 1}", "5: model_with_data_path is a number, not a string"},
        {"{\"external_data\": {}}", "5: external_data is an object, not an array"},
        {"{\"external_data\": [{\"path\": \"p\", \"bytes\": 1}]}",
         "5: external_data[0].sha is missing"},
        {"{\"external_data\": [{\"path\": \"p\", \"sha\": \"x\", \"bytes\": 1}]}",
         "5: external_data[0].sha is not 64 lower-case hexadecimal digits"},
    };
    for (const auto& [metadata, problem] : cases) {
        SCOPED_TRACE(metadata);
        EXPECT_EQ(problem_of(entry_with(metadata)), problem);
    }
}

TEST(ParseEntry, DigestsAndSizesAreStrict) {
    std::string upper = sha;
    upper[0] = 'B';
    for (const std::string& bad : {"\"" + upper + "\"", "\"" + sha + "0\"", std::string("\"\""),
                                   std::string("1"), std::string("null")}) {
        EXPECT_EQ(problem_of(entry_with("{\"model_sha\": " + bad + "}")),
                  "5: model_sha is not 64 lower-case hexadecimal digits");
        EXPECT_EQ(problem_of(entry_with("{\"model_with_data_sha\": " + bad + "}")),
                  "5: model_with_data_sha is not 64 lower-case hexadecimal digits");
    }
    for (const char* bad :
         {"-1", "-0", "1.0", "1e3", "18446744073709551616", "\"1\"", "null", "{}"}) {
        EXPECT_EQ(problem_of(entry_with("{\"model_bytes\": " + std::string(bad) + "}")),
                  "5: model_bytes is not a number of bytes");
        EXPECT_EQ(problem_of(entry_with("{\"model_with_data_bytes\": " + std::string(bad) + "}")),
                  "5: model_with_data_bytes is not a number of bytes");
    }
}

TEST(ParseEntry, TellsTheFirstOfSeveralProblems) {
    EXPECT_EQ(problem_of(entry_with("{\"model_bytes\": -1,\n\"tags\": 1}")),
              "5: model_bytes is not a number of bytes");
}

std::string merged(const std::string& previous, const std::string& fresh) {
    return json_text(merge_entry(json_of(previous), json_of(fresh)));
}

void expect_merged(const std::string& previous, const std::string& fresh,
                   const std::string& expected) {
    EXPECT_EQ(merged(previous, fresh), json_text(json_of(expected)));
}

TEST(MergeEntry, UnknownKeysStayAfterTheKeyTheyStoodAfter) {
    expect_merged(R"({"first": 1, "second": 1, "model": "old", "note": [1.0, {}],
                      "model_path": "p", "metadata": {"tags": [], "owner": "us"}, "last": null})",
                  R"({"model": "new", "model_path": "q", "onnx_version": "1",
                      "metadata": {"model_bytes": 1, "tags": ["t"], "io_ports": {}}})",
                  R"({"first": 1, "second": 1, "model": "new", "note": [1.0, {}],
                      "model_path": "q", "onnx_version": "1",
                      "metadata": {"model_bytes": 1, "tags": ["t"], "owner": "us",
                                   "io_ports": {}}, "last": null})");
}

TEST(MergeEntry, KnownKeysComeInTheOrderOfTheFormat) {
    expect_merged(R"({"metadata": {}, "a": 1, "opset_version": 1, "b": 2, "model": "m", "c": 3})",
                  R"({"model": "m", "opset_version": 2, "metadata": {"tags": []}})",
                  R"({"model": "m", "c": 3, "opset_version": 2, "b": 2,
                      "metadata": {"tags": []}, "a": 1})");
}

TEST(MergeEntry, WhatFollowedAVanishedKeyFollowsTheOneBefore) {
    expect_merged(R"({"metadata": {"model_bytes": 1, "a": 1, "io_ports": {"x": 1}, "b": 2}})",
                  R"({"metadata": {"model_bytes": 2, "tags": []}})",
                  R"({"metadata": {"model_bytes": 2, "a": 1, "b": 2, "tags": []}})");
}

TEST(MergeEntry, PortsKeepTheirKeysByName) {
    expect_merged(
        R"({"metadata": {"io_ports": {"why": 1,
            "inputs": [{"name": "gone", "unit": 0}, {"unit": 1, "name": "x", "shape": [1]}],
            "outputs": [{"name": "x", "shape": [], "type": "t", "unit": 2}]}}})",
        R"({"metadata": {"io_ports": {
            "inputs": [{"name": "new", "shape": [], "type": "t"},
                       {"name": "x", "shape": [2], "type": "t"}],
            "outputs": [{"name": "x", "shape": [3], "type": "u"}]}}})",
        R"({"metadata": {"io_ports": {"why": 1,
            "inputs": [{"name": "new", "shape": [], "type": "t"},
                       {"unit": 1, "name": "x", "shape": [2], "type": "t"}],
            "outputs": [{"name": "x", "shape": [3], "type": "u", "unit": 2}]}}})");
}

TEST(MergeEntry, PortsOfOneNameAreMatchedInOrder) {
    expect_merged(
        R"({"metadata": {"io_ports": {"inputs": [{"name": "x", "n": 1}, {"name": "x", "n": 2}]}}})",
        R"({"metadata": {"io_ports": {"inputs": [{"name": "x"}, {"name": "x"}, {"name": "x"}]}}})",
        R"({"metadata": {"io_ports": {"inputs": [{"name": "x", "n": 1}, {"name": "x", "n": 2},
                                                 {"name": "x"}]}}})");
}

TEST(MergeEntry, FeaturesAndExternalFilesKeepTheirKeys) {
    expect_merged(
        R"({"metadata": {"extra_ports": {"features": [{"name": "f", "layer": 3}], "logits": []},
                         "external_data": [{"path": "b", "crc": 1}, {"path": "a", "crc": 2}]}})",
        R"({"metadata": {"extra_ports": {"features": [{"name": "f", "shape": [1]}]},
                         "external_data": [{"path": "a", "bytes": 1}, {"path": "c"}]}})",
        R"({"metadata": {"extra_ports": {"features": [{"name": "f", "layer": 3, "shape": [1]}],
                                         "logits": []},
                         "external_data": [{"path": "a", "crc": 2, "bytes": 1},
                                           {"path": "c"}]}})");
}

TEST(MergeEntry, MetadataAndExtraPortsLiveOnForUnknownKeysOnly) {
    expect_merged(R"({"model": "m", "metadata": {"owner": "us", "model_bytes": 1}})",
                  R"({"model": "m"})", R"({"model": "m", "metadata": {"owner": "us"}})");
    expect_merged(
        R"({"metadata": {"tags": [], "extra_ports": {"features": [], "logits": [1]}, "z": 1}})",
        R"({"metadata": {"tags": []}})",
        R"({"metadata": {"tags": [], "extra_ports": {"logits": [1]}, "z": 1}})");
    expect_merged(R"({"metadata": {"tags": [], "extra_ports": {"features": []}}})",
                  R"({"metadata": {"tags": []}})", R"({"metadata": {"tags": []}})");
    // Ports without inputs or outputs would be no ports.
    expect_merged(R"({"metadata": {"tags": [], "io_ports": {"inputs": [], "x": 1}}})",
                  R"({"metadata": {"tags": []}})", R"({"metadata": {"tags": []}})");
}

TEST(MergeEntry, WhatHadAnotherTypeIsReplaced) {
    expect_merged(R"({"metadata": [1], "x": 1})", R"({"metadata": {"tags": []}})",
                  R"({"metadata": {"tags": []}, "x": 1})");
    expect_merged(R"({"metadata": {"io_ports": "none", "external_data": {"a": 1}}})",
                  R"({"metadata": {"io_ports": {"inputs": []}, "external_data": []}})",
                  R"({"metadata": {"io_ports": {"inputs": []}, "external_data": []}})");
    expect_merged(R"({"metadata": {"io_ports": {"inputs": [1, {"name": 2}, {}]}}})",
                  R"({"metadata": {"io_ports": {"inputs": [{"name": "x"}]}}})",
                  R"({"metadata": {"io_ports": {"inputs": [{"name": "x"}]}}})");
    expect_merged("[1]", R"({"model": "m"})", R"({"model": "m"})");
}

TEST(MergeEntry, AdditionsStayWhenTheFreshEntryLacksThem) {
    expect_merged(R"({"metadata": {"license": "MIT", "model_bytes": 1, "sources": ["https://x"],
                                   "tags": [], "parameters": 5}})",
                  R"({"metadata": {"model_bytes": 2, "tags": ["t"]}})",
                  R"({"metadata": {"license": "MIT", "model_bytes": 2, "sources": ["https://x"],
                                   "tags": ["t"], "parameters": 5}})");
}

TEST(MergeEntry, OpsetsAreKeptOnlyForTheSameBytes) {
    expect_merged(R"({"metadata": {"model_sha": "a", "tags": [], "opsets": {"x": 1}}})",
                  R"({"metadata": {"model_sha": "a", "tags": []}})",
                  R"({"metadata": {"model_sha": "a", "tags": [], "opsets": {"x": 1}}})");
    expect_merged(R"({"metadata": {"model_sha": "a", "tags": [], "opsets": {"x": 1}}})",
                  R"({"metadata": {"model_sha": "b", "tags": []}})",
                  R"({"metadata": {"model_sha": "b", "tags": []}})");
    expect_merged(R"({"metadata": {"model_sha": "a", "opsets": {"x": 1}, "tags": []}})",
                  R"({"metadata": {"model_sha": "b", "tags": [], "opsets": {"x": 2}}})",
                  R"({"metadata": {"model_sha": "b", "tags": [], "opsets": {"x": 2}}})");
    // Another type is the team's own.
    expect_merged(R"({"metadata": {"model_sha": "a", "tags": [], "opsets": [1]}})",
                  R"({"metadata": {"model_sha": "b", "tags": [], "opsets": {"x": 2}}})",
                  R"({"metadata": {"model_sha": "b", "tags": [], "opsets": [1]}})");
}

TEST(MergeEntry, StatedAdditionsAreReplacedInTheOrderOfTheFormat) {
    expect_merged(R"({"metadata": {"parameters": 5, "license": "MIT", "own": 1, "tags": []}})",
                  R"({"metadata": {"tags": [], "sources": ["https://x"], "license": "Apache-2.0",
                                   "parameters": 6}})",
                  R"({"metadata": {"tags": [], "sources": ["https://x"], "license": "Apache-2.0",
                                   "own": 1, "parameters": 6}})");
}

TEST(MergeEntry, ATeamsOwnValuesUnderTheNamesOfAdditionsKeepEveryByte) {
    const std::string own = R"json({
    "metadata": {
        "license": {
            "spdx": "MIT",
            "since": 1.0
        },
        "model_bytes": 1,
        "sources": "ImageNet",
        "author": [],
        "tags": [],
        "task": null,
        "description": 1e3,
        "parameters": "25M"
    }
})json";
    EXPECT_EQ(merged(own, R"({"metadata": {"model_bytes": 1, "tags": []}})"), own);
    EXPECT_EQ(merged(own, R"({"metadata": {"model_bytes": 1, "tags": [], "sources": ["https://x"],
                              "license": "MIT", "author": "a", "task": "t", "description": "d",
                              "parameters": 1}})"),
              own);
}

TEST(MergeEntry, AnEmptyKeyIsAnUnknownKey) {
    expect_merged(R"({"model": "m", "": 1, "metadata": {"": 2}})",
                  R"({"model": "n", "metadata": {"tags": []}})",
                  R"({"model": "n", "": 1, "metadata": {"": 2, "tags": []}})");
}

TEST(MergeEntry, ACanonicalEntryKeepsEveryByte) {
    const JsonValue json = json_of(full_entry_text);
    EXPECT_EQ(json_text(merge_entry(json, to_json(entry_of(full_entry_text)))), full_entry_text);
}

TEST(MergeEntry, AHundredThousandPortsAreNoTrouble) {
    JsonArray inputs;
    for (int i = 0; i < 100'000; ++i) {
        inputs.push_back(json_object(
            {{"name", json_string("x" + std::to_string(i % 7))}, {"n", json_integer(i)}}));
    }
    const JsonValue entry = json_object(
        {{"metadata", json_object({{"io_ports", json_object({{"inputs", json_array(inputs)}})}})}});
    EXPECT_EQ(merge_entry(entry, entry), entry);
}

}  // namespace
}  // namespace onnxhub
