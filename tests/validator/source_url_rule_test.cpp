// SPDX-License-Identifier: Apache-2.0
#include "validator/source_url_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "validator/validate.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// The findings about a manifest whose only entry has this `sources`, alone on its lines.
std::vector<Finding> findings_of(const std::string& sources, const AddressPolicy& addresses = {}) {
    const std::string manifest =
        "[{\"model\": \"m\", \"model_path\": \"m.onnx\", \"onnx_version\": \"1.8\",\n"
        "\"opset_version\": 13, \"metadata\": {\n"
        "\"sources\": " +
        sources + "\n}}]";
    const MemoryTree tree;
    const Settings settings;
    ReadOptions reading;
    reading.manifest_only = true;
    const auto state =
        read_hub_state(tree, settings, {"ONNX_HUB_MANIFEST.json", manifest}, reading);
    FindingList findings;
    check_source_urls(*state, addresses, findings);
    return findings.take_findings();
}

TEST(SourceUrlRule, EachValueThatClientsRefuseIsReported) {
    for (const char* sources : {
             R"("https://a.example.org/m.onnx")",
             R"([])",
             R"([""])",
             R"(["https://a.example.org/m.onnx", 7])",
             R"([["https://a.example.org/m.onnx"]])",
             R"(["a.example.org/m.onnx"])",
             R"(["ftp://a.example.org/m.onnx"])",
             R"(["file:///etc/passwd"])",
             R"(["http://a.example.org/m.onnx"])",
             R"(["https://me:secret@a.example.org/m.onnx"])",
             R"(["https://127.0.0.1/m.onnx"])",
             R"(["https://[::1]/m.onnx"])",
             R"(["https://[::ffff:10.0.0.1]/m.onnx"])",
             R"(["https://169.254.169.254/m.onnx"])",
             R"(["https://0x7f.1/m.onnx"])",
             R"(["https://localhost/m.onnx"])",
             R"(["https://intranet/m.onnx"])",
             R"(["https://a.example.org:22/m.onnx"])",
         }) {
        EXPECT_THAT(findings_of(sources), SizeIs(1)) << sources;
    }
}

TEST(SourceUrlRule, UrlsOfPublicServersAndCustomDataAreFine) {
    for (const char* sources : {
             R"(["https://a.example.org/m.onnx"])",
             R"(["HTTPS://A.example.org/m.onnx?download=1", "https://8.8.8.8:8443/m.onnx"])",
             R"({"paper": "http://127.0.0.1/"})",
             R"(7)",
             R"(null)",
         }) {
        EXPECT_THAT(findings_of(sources), IsEmpty()) << sources;
    }
}

TEST(SourceUrlRule, AHostThatTheUserNamesIsFine) {
    const char* sources = R"(["http://models.internal:8080/m.onnx"])";
    EXPECT_THAT(findings_of(sources), SizeIs(1));
    EXPECT_THAT(findings_of(sources, AddressPolicy({*parse_allowed_host("models.internal:8080")})),
                IsEmpty());
}

TEST(SourceUrlRule, AFindingPointsAtItsUrlAndHidesItsPassword) {
    const auto findings = findings_of(
        "[\n\"https://a.example.org/m.onnx\",\n\"https://me:secret@b.example.org/m.onnx\",\n"
        "\"http://c.example.org/m.onnx\"]");
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[0].line, 5);
    EXPECT_EQ(findings[0].key, "metadata.sources[1]");
    EXPECT_EQ(findings[0].message, "metadata.sources[1] of m.onnx has a user name or password");
    EXPECT_THAT(findings[0].hint, Not(HasSubstr("secret")));
    EXPECT_EQ(findings[1].line, 6);
    EXPECT_EQ(findings[1].message, "metadata.sources[2] of m.onnx is not https");
    EXPECT_THAT(findings[1].hint, HasSubstr("add \"c.example.org\" to `allow`"));
}

TEST(SourceUrlRule, BrokenEntriesAreNoObstacle) {
    const MemoryTree tree;
    const Settings settings;
    for (const char* manifest : {R"([7])", R"([{"metadata": 7}])", R"([{"metadata": []}])", "{"}) {
        ReadOptions reading;
        reading.manifest_only = true;
        const auto state =
            read_hub_state(tree, settings, {"m.json", std::string(manifest)}, reading);
        FindingList findings;
        check_source_urls(*state, {}, findings);
        EXPECT_THAT(findings.findings(), IsEmpty()) << manifest;
    }
}

}  // namespace
}  // namespace onnxhub::test
