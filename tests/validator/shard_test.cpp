// SPDX-License-Identifier: Apache-2.0
// Merged shards of a hub give the findings of one run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/hub_damage.h"
#include "validator/report_reader.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::Field;

std::unique_ptr<ModelChecker> checker() {
    return isolated_model_checker(std::make_shared<OnnxWorkers>());
}

ValidationReport merged(const HubFiles& hub, std::uint32_t count, ModelChecker* asked) {
    const MemoryTree tree = hub.tree();
    std::vector<ValidationReport> parts;
    for (std::uint32_t number = count; number >= 1; --number) {
        parts.push_back(report_on(hub, tree, Shard{number, count}, asked));
    }
    return merge_reports(std::move(parts));
}

void expect_same(const ValidationReport& whole, const ValidationReport& parts) {
    EXPECT_EQ(whole.findings, parts.findings);
    EXPECT_EQ(whole.unchecked, parts.unchecked);
    EXPECT_EQ(whole.entries_checked, parts.entries_checked);
    EXPECT_EQ(whole.rows_checked, parts.rows_checked);
    EXPECT_EQ(whole.files_checked, parts.files_checked);
    EXPECT_EQ(whole.files, parts.files);
}

TEST(ValidateShard, PutTogetherSaysOfEveryKindOfDamageWhatOneRunSays) {
    const HubFiles healthy = healthy_hub();
    const auto asked = checker();
    for (const Damage& damage : all_damages()) {
        for (const std::size_t position : {0u, 1u, 5u}) {
            SCOPED_TRACE(damage.name + (" at " + std::to_string(position)));
            HubFiles hub = healthy;
            Consequences consequences;
            if (!damage.apply(hub, position, consequences)) break;
            ValidationReport whole = report_on(hub, hub.tree(), {}, asked.get());
            // What no shard can tell, and says so.
            std::erase_if(whole.findings,
                          [](const Finding& finding) { return finding.rule == "ignore-unused"; });
            ValidationReport parts = merged(hub, position == 0 ? 7 : 2, asked.get());
            std::erase_if(parts.unchecked,
                          [](const Unchecked& item) { return item.rule == "ignore-unused"; });
            expect_same(whole, parts);
            ASSERT_FALSE(HasFailure());
        }
    }
}

TEST(ValidateShard, ReadsNothingOfOtherShardsModels) {
    HubFiles hub = healthy_hub();
    hub.objects.clear();
    const auto model = std::ranges::find_if(
        hub.files, [](const auto& file) { return file.first.ends_with("mnist-8.onnx"); });
    ASSERT_NE(model, hub.files.end());
    const std::string path = model->first;
    model->second = std::string(2048, 'a');  // no pointer any more
    std::size_t readers = 0;
    for (std::uint32_t number = 1; number <= 7; ++number) {
        const MemoryTree tree = hub.tree();
        report_on(hub, tree, Shard{number, 7});
        const bool is_read = tree.opened().contains(path);
        EXPECT_EQ(is_read, (Shard{number, 7}.has(path))) << number;
        readers += is_read ? 1 : 0;
    }
    EXPECT_EQ(readers, 1u);
}

TEST(ValidateShard, IgnoresThatMatchNothingAreUncheckedNotUnused) {
    HubFiles hub = healthy_hub();
    hub.files["onnxhub.toml"] =
        "[[validate.ignore]]\nrule = \"model-missing\"\npath = \"**\"\nreason = \"none\"\n";
    EXPECT_THAT(report_on(hub, hub.tree(), {}).findings,
                Contains(Field(&Finding::rule, "ignore-unused")));
    const ValidationReport parts = merged(hub, 3, nullptr);
    EXPECT_THAT(parts.findings, testing::Not(Contains(Field(&Finding::rule, "ignore-unused"))));
    EXPECT_THAT(parts.unchecked, Contains(Unchecked{"ignore-unused", 1, "needs the whole hub"}));
}

}  // namespace
}  // namespace onnxhub::test
