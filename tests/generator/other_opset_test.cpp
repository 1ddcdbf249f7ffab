// SPDX-License-Identifier: Apache-2.0
// Rows whose opset differs from the graph, and ports of entries with other errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generator/generate.h"
#include "tests/support/hub_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::HubRow;
using test::parse_document;
using test::small_model;
using test::texts;
using testing::IsEmpty;
using testing::SizeIs;

HubBuilder hub_with_opset(const std::string& opset) {
    HubRow row;
    row.name = "Tiny";
    row.link = "tiny.onnx";
    row.opset = opset;
    HubBuilder hub;
    hub.files()["vision/tiny.onnx"] = small_model();
    hub.row("vision", row);
    return hub;
}

TEST(GenerateOpset, AnotherOneThanTheGraphsIsAWarningAtTheRow) {
    HubBuilder hub = hub_with_opset("12");
    const GenerateResult result = hub.generate();
    ASSERT_THAT(hub.diagnostics.all(), SizeIs(1));
    const Diagnostic& warning = hub.diagnostics.all().front();
    EXPECT_EQ(warning.severity, Severity::warning);
    EXPECT_EQ(warning.rule, "graph-opset-differs");
    EXPECT_EQ(warning.file, "vision/README.md");
    EXPECT_EQ(warning.line, 3);
    EXPECT_EQ(warning.message, "vision/tiny.onnx imports opset 13, not 12");
    // The table stays the source.
    EXPECT_EQ(parse_document(result.update.text).entries.at(0).entry->opset_version, 12);
}

TEST(GenerateOpset, TheGraphsOneIsNone) {
    HubBuilder hub = hub_with_opset("13");
    hub.generate();
    EXPECT_THAT(texts(hub.diagnostics), IsEmpty());
}

/// An entry that clients can't use still knows the ports of a model that is not available locally.
TEST(GenerateCarriedPorts, AreKeptFromEntriesThatAreBrokenElsewhere) {
    HubBuilder hub = hub_with_opset("13");
    const std::string healthy = hub.generate().update.text;
    hub.files()["vision/tiny.onnx"] =
        lfs_pointer_text(sha256_of(small_model()), small_model().size());
    const auto replaced = [&](const std::string& from, const std::string& to) {
        std::string text = healthy;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, text.npos) << from;
        return text.replace(at, from.size(), to);
    };
    for (const std::string& broken :
         {replaced("\"model\": \"Tiny\"", "\"model\": \"\""),
          replaced("\"opset_version\": 13", "\"opset_version\": -13"),
          replaced("\"tags\"", "\"model_with_data_path\": \"vision/tiny.tar.gz\", \"tags\"")}) {
        const ManifestDocument present = parse_document(broken);
        ASSERT_FALSE(present.entries.at(0).entry);
        GenerateOptions options;
        options.present = &present;
        options.carry = &present;
        EXPECT_EQ(hub.generate(options).update.text, healthy) << broken;
    }
}

}  // namespace
}  // namespace onnxhub
