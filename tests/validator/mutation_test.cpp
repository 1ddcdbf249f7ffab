// SPDX-License-Identifier: Apache-2.0
// Each kind of damage at many places of a healthy hub: all damage is found, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "tests/support/hub_damage.h"

namespace onnxhub::test {
namespace {

using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<Finding>& findings) {
    std::vector<std::string> result;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::note) continue;
        result.push_back(finding.rule + " " + finding.file + ": " + finding.message);
    }
    return result;
}

std::unique_ptr<ModelChecker> checker() {
    return isolated_model_checker(std::make_shared<OnnxWorkers>());
}

TEST(Mutation, TheHealthyHubHasNoFinding) {
    EXPECT_THAT(texts(validate_files(healthy_hub(), checker().get())), IsEmpty());
}

TEST(Mutation, EveryDamageIsFoundAndNothingElse) {
    const HubFiles healthy = healthy_hub();
    const auto asked = checker();
    std::vector<std::pair<const char*, DamageScore>> scores;
    for (const Damage& damage : all_damages()) {
        scores.emplace_back(damage.name, score(damage, healthy, {}, 12, 1, asked.get()));
        for (const std::string& complaint : scores.back().second.complaints) {
            ADD_FAILURE() << complaint;
        }
        EXPECT_GT(scores.back().second.positions, 0u) << damage.name;
    }
    EXPECT_GE(scores.size(), 30u);
    std::cout << score_table(scores);
}

}  // namespace
}  // namespace onnxhub::test
