// SPDX-License-Identifier: Apache-2.0
// Parts of several machines, merged, equal the manifest of one machine byte for byte.
#include "generator/manifest_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/hub_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::MemoryTree;
using test::parse_document;
using test::small_model;

std::string pointer_of(const std::string& content) {
    return lfs_pointer_text(sha256_of(content), content.size());
}

JsonValue parse_part(const std::string& text) {
    auto parsed = parse_json(text);
    return std::get<JsonDocument>(std::move(parsed)).root;
}

/// As `generate --shard` makes it, through its document.
ManifestPart part_of(const Tree& tree, GenerateOptions options, const Shard& shard) {
    options.shard = shard;
    ManifestPart part;
    part.shard = shard;
    part.is_complete = true;
    const GenerationPlan plan = plan_generation(tree, options, part.diagnostics);
    part.rows = make_rows(tree, plan, plan.selected, options, &part.statistics);
    make_complete(plan, part.rows);
    part.inputs = inputs_digest(plan, options.settings, "", "");
    static const ManifestDocument nothing;
    const ManifestDocument& present = options.present ? *options.present : nothing;
    part.present = present_entries_of(shard, present, plan.claims);
    const std::string text = part_text(part);
    auto parsed = parse_manifest_part(parse_part(text));
    EXPECT_TRUE(std::holds_alternative<ManifestPart>(parsed)) << std::get<std::string>(parsed);
    ManifestPart read = std::get<ManifestPart>(std::move(parsed));
    EXPECT_EQ(part_text(read), text);
    return read;
}

void expect_same(const Tree& tree, const GenerateOptions& options, std::uint32_t count) {
    SCOPED_TRACE(std::to_string(count) + " shards");
    Diagnostics of_one;
    const GenerateResult one = generate(tree, options, of_one);
    std::vector<ManifestPart> parts;
    for (std::uint32_t number = count; number >= 1; --number) {
        parts.push_back(part_of(tree, options, Shard{number, count}));
        ASSERT_EQ(parts.back().inputs, parts.front().inputs);
    }
    Diagnostics of_parts;
    const MergedParts merged = merge_parts(std::move(parts), of_parts);
    const GenerateResult& result = merged.result;
    ASSERT_TRUE(result.update.text == one.update.text);
    EXPECT_EQ(result.update.removed, one.update.removed);
    EXPECT_EQ(result.missing, one.missing);
    EXPECT_EQ(result.read_ports, one.read_ports);
    EXPECT_EQ(result.carried_ports, one.carried_ports);
    ASSERT_EQ(result.update.moved.size(), one.update.moved.size());
    EXPECT_EQ(merged.present_count, options.present ? options.present->entries.size() : 0u);
    EXPECT_THAT(test::texts(of_parts), testing::UnorderedElementsAreArray(test::texts(of_one)));
}

/// Hubs with all that makes the place of an entry depend on other entries: models that moved, that
/// are there twice, in several rows, as pointers, with keys a team added; broken rows and paths.
class RandomHub {
public:
    explicit RandomHub(unsigned seed) : random_(seed) {}

    HubBuilder make() {
        HubBuilder hub;
        for (int i = 0; i < 24; ++i) {
            const std::string folder = "class_" + std::to_string(pick(4));
            const std::string file = "m" + std::to_string(pick(14)) + ".onnx";
            const std::string content = small_model(1 + pick(9));
            const std::string name = "Model " + std::to_string(pick(6));
            const bool is_pointer = pick(3) == 0;
            hub.model(folder, name, file, is_pointer ? pointer_of(content) : content);
        }
        hub.row("class_1", {"Gone", "gone.onnx"});
        hub.row("class_2", {"Bad opset", "m1.onnx", "", "1.8", "many"});
        return hub;
    }

    /// A manifest of another day of such a hub, with keys of the team's own.
    std::string manifest_of(HubBuilder& hub) {
        std::string text = hub.generate().update.text;
        for (std::size_t at = 0; (at = text.find("\"tags\"", at)) != text.npos; at += 80) {
            if (pick(2) == 0) continue;
            text.insert(at, "\"team:key\": " + std::to_string(pick(1000)) + ".50,\n");
        }
        return text;
    }

private:
    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

    std::mt19937 random_;
};

TEST(ManifestPart, PartsOfAnyNumberOfShardsGiveTheBytesOfOneRun) {
    for (unsigned seed = 0; seed < 25; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomHub random(seed);
        HubBuilder before = random.make();
        const ManifestDocument present = parse_document(random.manifest_of(before));
        HubBuilder now = random.make();
        GenerateOptions options;
        options.present = options.carry = &present;
        options.discover = seed % 3 == 0;
        const MemoryTree tree = now.tree();
        for (const std::uint32_t count : {1u, 2u, 7u, 64u}) expect_same(tree, options, count);
        ASSERT_FALSE(HasFailure());
    }
}

// AddressSanitizer watches fewer: what it looks for does not depend on their number.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t many_models = 2'000;
#else
constexpr std::size_t many_models = 20'000;
#endif

/// An entry that stays because its row is broken keeps its spaces.
TEST(ManifestPart, KeepsTheSpacesOfAnEntry) {
    HubBuilder hub;
    hub.model("a", "A", "a.onnx", small_model());
    std::string text = hub.generate().update.text;
    text.insert(text.find("\"metadata\""), "\n\n  ");
    const ManifestDocument present = parse_document(text);
    HubBuilder broken;
    broken.row("a", {"A", "a.onnx", "", "1.8", "many"});
    GenerateOptions options;
    options.present = options.carry = &present;
    Diagnostics diagnostics;
    const MemoryTree tree = broken.tree();
    ASSERT_EQ(generate(tree, options, diagnostics).update.text, text);
    expect_same(tree, options, 2);

    std::string part = part_text(part_of(tree, options, Shard{1, 1}));
    const std::size_t at = part.find("\"text\": ");
    ASSERT_NE(at, part.npos);
    part.insert(part.find("a.onnx", at), "other-");
    const auto parsed = parse_manifest_part(parse_part(part));
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed));
    EXPECT_THAT(std::get<std::string>(parsed),
                testing::HasSubstr("the text of an entry has other values"));
}

TEST(ManifestPart, PartsOfManyModelsGiveTheBytesOfOneRun) {
    HubBuilder hub;
    for (std::size_t i = 0; i < many_models; ++i) {
        const std::string name = "model-" + std::to_string(i);
        hub.model("class_" + std::to_string(i % 50), name, name + ".onnx", pointer_of(name));
    }
    const MemoryTree tree = hub.tree();
    const ManifestDocument present = parse_document(hub.generate().update.text);
    ASSERT_EQ(present.entries.size(), many_models);
    GenerateOptions options;
    options.present = options.carry = &present;
    for (const std::uint32_t count : {1u, 2u, 7u, 64u}) expect_same(tree, options, count);
}

TEST(ManifestPart, StatesOfAHubHaveTheirOwnInputs) {
    HubBuilder hub;
    hub.model("a", "A", "a.onnx", small_model());
    Diagnostics diagnostics;
    const GenerationPlan plan = plan_generation(hub.tree(), {}, diagnostics);
    Settings settings;
    const Sha256 inputs = inputs_digest(plan, settings, "[]", "commit");
    EXPECT_EQ(inputs, inputs_digest(plan, settings, "[]", "commit"));
    EXPECT_NE(inputs, inputs_digest(plan, settings, "[ ]", "commit"));
    EXPECT_NE(inputs, inputs_digest(plan, settings, "[]", "other"));
    settings.feature_tensors["A"] = "x";
    EXPECT_NE(inputs, inputs_digest(plan, settings, "[]", "commit"));
    hub.row("a", {"B", "a.onnx"});
    EXPECT_NE(inputs,
              inputs_digest(plan_generation(hub.tree(), {}, diagnostics), {}, "[]", "commit"));
}

TEST(ManifestPart, AnythingElseIsRefusedWithAReason) {
    HubBuilder hub;
    hub.model("a", "A", "a.onnx", small_model());
    const std::string good = part_text(part_of(hub.tree(), {}, Shard{1, 1}));
    const std::pair<std::string, std::string> damages[] = {
        {"\"version\": 2", "\"version\": 1"},    {"\"1/1\"", "\"2/1\""},
        {"\"inputs\": \"", "\"inputs\": \"x"},   {"\"complete\": true", "\"complete\": 1"},
        {"\"position\": 0", "\"position\": -1"}, {"\"position\": 0", "\"position\": 1e3"},
        {"\"graph\"", "\"somewhere\""},          {"\"opset_version\": 13", "\"opset\": 13"},
        {"\"rows\": [", "\"rows\": [7, "},       {"\"present\": []", "\"present\": {}"},
        {"\"files\": 1", "\"files\": \"1\""},
    };
    for (const auto& [from, to] : damages) {
        std::string text = good;
        ASSERT_NE(text.find(from), text.npos) << from;
        text.replace(text.find(from), from.size(), to);
        const auto parsed = parse_manifest_part(parse_part(text));
        ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << to;
        EXPECT_NE(std::get<std::string>(parsed), "");
    }
    for (const char* other : {"[]", "{}", "null", "7"}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_manifest_part(parse_part(other))));
    }
}

}  // namespace
}  // namespace onnxhub
