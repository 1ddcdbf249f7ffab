// SPDX-License-Identifier: Apache-2.0
// Manifests made to slow down the rules or to exhaust memory with findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "manifest/document_limits.h"
#include "tests/support/hub_files.h"
#include "validator/finding_list.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

HubFiles hub_with(std::string manifest) {
    HubFiles hub;
    hub.files["README.md"] = "# Empty\n";
    hub.files[manifest_path] = std::move(manifest);
    return hub;
}

ValidationReport report_of(const std::string& manifest) {
    const HubFiles hub = hub_with(manifest);
    return report_on(hub, hub.tree(), std::nullopt);
}

std::size_t count_of(const ValidationReport& report, const std::string& rule) {
    return static_cast<std::size_t>(std::ranges::count(report.findings, rule, &Finding::rule));
}

TEST(ManifestBounds, MoreEntriesThanTheSizeCanHoldAreOneFinding) {
    std::string manifest = "[{}";
    for (int i = 0; i < 2'000'000; ++i) manifest += ",{}";
    const ValidationReport report = report_of(manifest + "]");
    ASSERT_EQ(count_of(report, "json-syntax"), 1u);
    EXPECT_THAT(report.findings.front().message, HasSubstr("more than 1000000 values"));
}

TEST(ManifestBounds, FindingsOfARuleAreListedToALimitAndCountedBeyond) {
    std::string manifest = "[\n{\"opset_version\": -1}";
    for (std::size_t i = 1; i < manifest_few_entries; ++i) manifest += ",\n{\"opset_version\": -1}";
    manifest.insert(manifest.size() - 1,
                    ", \"model_path\": 1, \"metadata\": 2, \"onnx_version\": 3");
    const ValidationReport report = report_of(manifest + "\n]");
    EXPECT_EQ(count_of(report, "json-syntax"), 0u);
    const std::size_t schema = count_of(report, "manifest-schema");
    EXPECT_GE(schema, 3 * manifest_few_entries);
    EXPECT_LE(schema, findings_of_rule_limit);
    EXPECT_EQ(report.entries_checked, manifest_few_entries);
}

TEST(ManifestBounds, RepeatedKeysInManyEntriesAreFoundOnceEach) {
    constexpr std::size_t count = 10'000;
    std::string manifest = "[\n    {\"x\": 1, \"x\": 1}";
    for (std::size_t i = 1; i < count; ++i) manifest += ",\n    {\"x\": 1, \"x\": 1}";
    const ValidationReport report = report_of(manifest + "\n]");
    EXPECT_EQ(count_of(report, "duplicate-key"), count);
    EXPECT_EQ(count_of(report, "manifest-format"), 0u) << "duplicate keys have their own rule";
}

/// All findings are in one line, which the report holds only so often.
TEST(ManifestBounds, ALineIsNotRepeatedForEachFinding) {
    constexpr std::size_t count = 15'000;
    std::string manifest = "[";
    for (std::size_t i = 0; i < count; ++i) {
        manifest += i == 0 ? "" : ",";
        manifest += "{\"model\": " + std::to_string(i) + "}";
    }
    const ValidationReport report = report_of(manifest + "]");
    std::size_t bytes = 0;
    for (const Finding& finding : report.findings) bytes += finding.source_line.size();
    EXPECT_GE(report.findings.size(), count);
    EXPECT_FALSE(report.findings.front().source_line.empty());
    EXPECT_LE(bytes, std::size_t{4} << 20);
}

}  // namespace
}  // namespace onnxhub::test
