// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_difference.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace onnxhub {
namespace {

std::string entry(const std::string& model, int opset, const std::string& more = "") {
    return "{\"model\": \"" + model + "\", \"model_path\": \"" + model +
           ".onnx\", \"onnx_version\": \"1.9\", \"opset_version\": " + std::to_string(opset) +
           more + "}";
}

ManifestDocument manifest_document(const std::vector<std::string>& entries) {
    return std::get<ManifestDocument>(parse_manifest(manifest_text(entries)));
}

/// All differences as text, a line each and one more for every field.
std::string difference(const std::vector<std::string>& before,
                       const std::vector<std::string>& after) {
    std::string text;
    for (const EntryDifference& one :
         compare_manifests(manifest_document(before), manifest_document(after))) {
        text += to_text(one) + "\n";
    }
    return text;
}

TEST(ManifestDifference, IsNothingBetweenEqualDocuments) {
    EXPECT_EQ(difference({}, {}), "");
    EXPECT_EQ(difference({entry("A", 7)}, {entry("A", 7)}), "");
}

TEST(ManifestDifference, IgnoresOrderAndLayout) {
    EXPECT_EQ(difference({entry("A", 7), entry("B", 7)}, {entry("B", 7), entry("A", 7)}), "");
    EXPECT_EQ(difference({R"({"model": "A", "x": 1})"}, {R"({"x":1,"model":"A"})"}), "");
}

TEST(ManifestDifference, NamesAddedAndRemovedEntries) {
    EXPECT_EQ(difference({entry("A", 7)}, {entry("B", 8)}),
              "+ B (opset 8, B.onnx)\n- A (opset 7, A.onnx)\n");
}

TEST(ManifestDifference, ShowsChangedFields) {
    EXPECT_EQ(difference({entry("A", 7, R"(, "gone": [1, 2], "metadata": {"model_bytes": 1})")},
                         {entry("A", 8, R"(, "metadata": {"model_bytes": 2, "tags": ["t"]})")}),
              "~ A (opset 8, A.onnx)\n    opset_version: 7 -> 8\n    gone: removed, was [1,2]\n"
              "    metadata.model_bytes: 1 -> 2\n    metadata.tags: now [\"t\"]\n");
}

TEST(ManifestDifference, LongValuesBeginNearTheirDifference) {
    const auto with_ports = [](const std::string& end) {
        return entry("A", 7,
                     R"(, "metadata": {"io_ports": ")" + std::string(200, 'x') + end + "\"}");
    };
    EXPECT_EQ(difference({with_ports("one")}, {with_ports("two")}),
              "~ A (opset 7, A.onnx)\n    metadata.io_ports: ..." + std::string(24, 'x') +
                  "one\" -> ..." + std::string(24, 'x') + "two\"\n");
}

TEST(ManifestDifference, MatchesEntriesOfOneNameByOpsetFirst) {
    EXPECT_EQ(difference({entry("A", 7), entry("A", 8)}, {entry("A", 8), entry("A", 9)}),
              "~ A (opset 9, A.onnx)\n    opset_version: 7 -> 9\n");
}

TEST(ManifestDifference, KeepsToOneLineAFieldWhateverItQuotes) {
    const std::string text = difference(
        {entry("A", 7)}, {entry("A", 7, R"(, "k\n\u001b": "\n)" + std::string(500, 'x') + "\"")});
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_LT(text.size(), 150u);
    EXPECT_EQ(text.rfind("~ A (opset 7, A.onnx)\n    \"k\\x0a\\x1b\": now \"\\n", 0), 0u) << text;
}

TEST(ManifestDifference, SeesEntriesThatCantBeUsed) {
    EXPECT_EQ(difference({"1"}, {"2"}), "~  ()\n    entry: 1 -> 2\n");
    EXPECT_EQ(difference({"1"}, {"{}"}), "~  ()\n    entry: 1 -> {}\n");
    EXPECT_EQ(difference({R"({"model": "A"})"}, {R"({"model": "A", "model_path": 3})"}),
              "~ A ()\n    model_path: now 3\n");
}

TEST(ManifestDifference, OfVeryManyKeysFindsTheTwoThatDiffer) {
    std::string keys;
    for (int i = 0; i < 60'000; ++i) keys += ", \"k" + std::to_string(i) + "\": 1";
    EXPECT_EQ(
        difference({entry("A", 7, keys + ", \"old\": 1")}, {entry("A", 7, keys + ", \"new\": 2")}),
        "~ A (opset 7, A.onnx)\n    old: removed, was 1\n    new: now 2\n");
}

TEST(EntryName, SaysModelOpsetAndPath) {
    EXPECT_EQ(to_text(EntryName{"ResNet18", "vision/r.onnx", 7}),
              "ResNet18 (opset 7, vision/r.onnx)");
    EXPECT_EQ(to_text(EntryName{"a\x1b", "b\n", 0}), "a\\x1b (b\\x0a)");
}

TEST(EntryName, IsReadFromEntriesWithProblemsToo) {
    const ManifestDocument document =
        manifest_document({entry("A", 7), R"({"model": "B", "model_path": 3})", "1"});
    EXPECT_EQ(name_of(document.entries[0]), (EntryName{"A", "A.onnx", 7}));
    EXPECT_EQ(name_of(document.entries[1]), (EntryName{"B", "", 0}));
    EXPECT_EQ(name_of(document.entries[2]), (EntryName{"", "", 0}));
}

}  // namespace
}  // namespace onnxhub
