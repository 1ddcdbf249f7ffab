// SPDX-License-Identifier: Apache-2.0
#include "sources/model_row.h"

#include <gtest/gtest.h>

namespace onnxhub {
namespace {

ModelRow row_with(StatedFacts stated) {
    ModelRow row;
    row.name = "M";
    row.model_path = "m.onnx";
    row.opset_version = 13;
    row.stated = std::make_shared<const StatedFacts>(std::move(stated));
    return row;
}

/// `--target diff` regenerates rows that do not say the same.
TEST(ModelRow, FactsOfSourcesCount) {
    StatedFacts facts;
    facts.about.license = "MIT";
    facts.urls = {"https://models.example/m.onnx"};
    EXPECT_TRUE(row_with(facts).says_the_same(row_with(facts)));
    StatedFacts other = facts;
    other.about.license = "Apache-2.0";
    EXPECT_FALSE(row_with(facts).says_the_same(row_with(other)));
    other = facts;
    other.urls = {"https://models.example/n.onnx"};
    EXPECT_FALSE(row_with(facts).says_the_same(row_with(other)));
}

TEST(ModelRow, PlacesAndSourcesDoNotCount) {
    StatedFacts other;
    other.source = 3;
    other.origins.push_back({Fact::name, std::make_shared<const std::string>("a.yaml"), 7});
    EXPECT_TRUE(row_with({}).says_the_same(row_with(other)));
    ModelRow without = row_with({});
    without.stated = nullptr;
    EXPECT_TRUE(without.says_the_same(row_with({})));
}

TEST(ModelRow, FactsHaveTheNamesOfSettings) {
    for (const Fact fact : all_facts()) EXPECT_EQ(parse_fact(name_of(fact)), fact);
    EXPECT_FALSE(parse_fact("nothing"));
}

}  // namespace
}  // namespace onnxhub
