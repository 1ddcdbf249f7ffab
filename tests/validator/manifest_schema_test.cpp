// SPDX-License-Identifier: Apache-2.0
#include "validator/manifest_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "manifest/entry.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string sha(64, 'a');

JsonValue json_of(const std::string& text) {
    return std::get<JsonDocument>(parse_json(text)).root;
}

std::vector<std::string> messages(const std::string& entry) {
    static const ManifestSchema schema;
    std::vector<std::string> texts;
    for (const SchemaProblem& problem : schema.check(json_of(entry)))
        texts.push_back(problem.message);
    return texts;
}

/// An entry with these members in its metadata.
std::string with_metadata(const std::string& members) {
    return R"({"model": "m", "model_path": "m.onnx", "onnx_version": "1.9", "opset_version": 14,
               "metadata": {)" +
           members + "}}";
}

TEST(ManifestSchema, AcceptsWhatTheFormatAllows) {
    EXPECT_THAT(messages(with_metadata("")), IsEmpty());
    EXPECT_THAT(messages(with_metadata(R"("model_sha": ")" + sha +
                                       R"x(", "model_bytes": 0, "tags": ["a"], "own": {"x": 1},
               "io_ports": {"inputs": [{"name": "x", "shape": [1, "N", null],
                                        "type": "tensor(float)"}], "outputs": []},
               "extra_ports": {"features": [{"name": "f", "shape": []}]},
               "external_data": [{"path": "w", "sha": ")x" +
                                       sha + R"(", "bytes": 9}])")),
                IsEmpty());
}

TEST(ManifestSchema, NamesEveryMissingKey) {
    EXPECT_THAT(messages(R"({"model": "m", "onnx_version": "1.9"})"),
                testing::UnorderedElementsAre("model_path is missing", "opset_version is missing",
                                              "metadata is missing"));
    EXPECT_THAT(messages(with_metadata(R"("io_ports": {"inputs": [{"name": "x", "type": "t"}]})")),
                testing::UnorderedElementsAre("metadata.io_ports.outputs is missing",
                                              "metadata.io_ports.inputs[0].shape is missing"));
}

TEST(ManifestSchema, SaysWhatAValueMustBe) {
    EXPECT_THAT(messages(with_metadata(R"("model_sha": "ABC")")),
                ElementsAre("metadata.model_sha must be 64 lower-case hexadecimal digits, not "
                            "\"ABC\""));
    EXPECT_THAT(messages(with_metadata(R"("model_bytes": -1)")),
                ElementsAre("metadata.model_bytes must be a number of bytes, not -1"));
    EXPECT_THAT(messages(with_metadata(R"("tags": "vision")")),
                ElementsAre("metadata.tags must be an array of strings, not \"vision\""));
    EXPECT_THAT(
        messages(with_metadata(
            R"("io_ports": {"inputs": [{"name": "x", "shape": [1.5], "type": "t"}], "outputs": []})")),
        ElementsAre("metadata.io_ports.inputs[0].shape[0] must be a whole number, a name or null, "
                    "not 1.5"));
    EXPECT_THAT(messages(
                    R"({"model": 1, "model_path": "p", "onnx_version": "1.9", "opset_version": "13",
                "metadata": {}})"),
                testing::UnorderedElementsAre(
                    "model must be a string that is not empty, not 1",
                    "opset_version must be a whole number that is not negative, not \"13\""));
}

TEST(ManifestSchema, PointsAtTheLineOfTheValue) {
    const auto problems =
        ManifestSchema().check(json_of("{\"model\": \"m\",\n\"model_path\": 1,\n"
                                       "\"onnx_version\": \"1\",\n"
                                       "\"opset_version\": 1, \"metadata\": {}}"));
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_EQ(problems[0].line, 2);
    EXPECT_EQ(problems[0].field, "model_path");
}

/// Each of these makes ONNX's Python client fail, on the entry or on the whole hub.
TEST(ManifestSchema, RefusesWhatBreaksClients) {
    EXPECT_THAT(
        messages(R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": 1})"),
        ElementsAre("metadata is missing"));
    EXPECT_THAT(messages(R"({"model": "", "model_path": "p", "onnx_version": "1",
                             "opset_version": -3, "metadata": {}})"),
                testing::UnorderedElementsAre(
                    "model must be a string that is not empty, not \"\"",
                    "opset_version must be a whole number that is not negative, not -3"));
    EXPECT_THAT(messages(with_metadata(R"("model_with_data_path": "m.tar.gz")")),
                ElementsAre("metadata.model_with_data_sha is missing"));
    EXPECT_THAT(messages(with_metadata(R"("model_with_data_sha": ")" + sha + "\"")),
                ElementsAre("metadata.model_with_data_path is missing"));
}

TEST(ManifestSchema, LongValuesAreCutAndSafeToPrint) {
    const auto found = messages(with_metadata("\"model_sha\": \"" + std::string(5000, 'x') + "\""));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_LT(found[0].size(), 200u);
}

TEST(ManifestSchema, AThousandProblemsAreTwenty) {
    std::string tags = "1";
    for (int i = 0; i < 1000; ++i) tags += ",1";
    EXPECT_THAT(messages(with_metadata("\"tags\": [" + tags + "]")), SizeIs(schema_problem_limit));
}

/// The schema and the reader of entries must not disagree about what an entry is.
TEST(ManifestSchema, AgreesWithTheReaderOfEntries) {
    const std::string entries[] = {
        "1",
        "null",
        "[]",
        "{}",
        with_metadata(""),
        with_metadata(R"("tags": null)"),
        with_metadata(R"("model_sha": null)"),
        with_metadata(R"("model_sha": ")" + sha + "a\""),
        with_metadata(R"("model_bytes": 1.0)"),
        with_metadata(R"("model_bytes": 1e2)"),
        with_metadata(R"("model_bytes": "1")"),
        with_metadata(R"("model_bytes": 9223372036854775807)"),
        with_metadata(R"("model_bytes": 18446744073709551616)"),
        with_metadata(R"("io_ports": null)"),
        with_metadata(R"("io_ports": {})"),
        with_metadata(R"("io_ports": {"inputs": [], "outputs": []})"),
        with_metadata(R"("io_ports": {"inputs": {}, "outputs": []})"),
        with_metadata(R"("extra_ports": {})"),
        with_metadata(R"("extra_ports": [])"),
        with_metadata(R"("extra_ports": {"features": [{"name": "x"}]})"),
        with_metadata(R"("external_data": [{"path": "x"}])"),
        with_metadata(R"("model_with_data_path": 3)"),
        with_metadata(R"("model_with_data_path": "m.tar.gz")"),
        with_metadata(R"("model_with_data_sha": ")" + sha + "\""),
        with_metadata(R"("model_with_data_bytes": 3)"),
        with_metadata(R"("model_with_data_path": "m.tar.gz", "model_with_data_sha": ")" + sha +
                      "\""),
        with_metadata(
            R"("io_ports": {"inputs": [{"name": "x", "shape": [-1], "type": "t"}], "outputs": []})"),
        R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": true, "metadata": {}})",
        R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": -1, "metadata": {}})",
        R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": 0, "metadata": {}})",
        R"({"model": "", "model_path": "p", "onnx_version": "1", "opset_version": 1, "metadata": {}})",
        R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": 1})",
        R"({"model": "m", "model_path": "p", "onnx_version": "1", "opset_version": 1, "metadata": []})",
        R"({"model": "m", "model_path": "p", "onnx_version": 1.9, "opset_version": 1, "metadata": {}})",
    };
    for (const std::string& entry : entries) {
        const bool is_readable = std::holds_alternative<Entry>(parse_entry(json_of(entry)));
        EXPECT_EQ(messages(entry).empty(), is_readable) << entry;
    }
}

}  // namespace
}  // namespace onnxhub
