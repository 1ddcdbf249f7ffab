// SPDX-License-Identifier: Apache-2.0
#include "model/operator_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "manifest/onnx_release.h"

namespace onnxhub {
namespace {

TEST(OperatorTable, KnowsTheOperatorsOfOnnx) {
    const OperatorTable& table = OperatorTable::known();
    EXPECT_GE(table.operator_count(), 200u);
    EXPECT_GE(table.newest_opset(""), 28);
    EXPECT_GE(table.newest_opset("ai.onnx.ml"), 5);
    EXPECT_EQ(table.newest_opset("com.microsoft"), 0);
    EXPECT_FALSE(table.has_domain("com.microsoft"));
    EXPECT_EQ(table.versions("", "Conf"), nullptr);
    EXPECT_EQ(table.versions("ai.onnx.ml", "Conv"), nullptr);
}

/// A model of the newest release must not be newer than the facts.
TEST(OperatorTable, IsAsNewAsTheNewestRelease) {
    EXPECT_GE(OperatorTable::known().newest_opset("") + 1, onnx_releases().back().opset_version);
}

TEST(OperatorTable, HasASignatureForEachVersion) {
    const auto* versions = OperatorTable::known().versions("", "Clip");
    ASSERT_TRUE(versions);
    EXPECT_EQ(version_for(*versions, 5)->since, 1);
    EXPECT_EQ(version_for(*versions, 6)->since, 6);
    EXPECT_EQ(version_for(*versions, 1000)->since, versions->back().since);
    const OperatorVersion& six = *version_for(*versions, 6);
    EXPECT_EQ(six.inputs.most, 1u);
    ASSERT_TRUE(six.attribute("min"));
    EXPECT_EQ(six.attribute("min")->kind, AttributeKind::real);
    EXPECT_FALSE(six.attribute("min")->is_required);
    EXPECT_EQ(six.attribute("mim"), nullptr);
    const OperatorVersion& eleven = *version_for(*versions, 11);
    EXPECT_EQ(eleven.inputs.most, 3u);
    EXPECT_TRUE(eleven.inputs.at(1)->is_optional);
    EXPECT_EQ(eleven.inputs.at(3), nullptr);
    EXPECT_TRUE(eleven.attributes.empty());
}

TEST(OperatorTable, VariadicPortsHaveNoEnd) {
    const auto& concat = *version_for(*OperatorTable::known().versions("", "Concat"), 13);
    EXPECT_EQ(concat.inputs.least, 1u);
    EXPECT_EQ(concat.inputs.most, SIZE_MAX);
    EXPECT_EQ(concat.inputs.at(500)->variable, "T");
    EXPECT_FALSE(concat.inputs.at(500)->is_mixed);
    EXPECT_TRUE(concat.attribute("axis")->is_required);
    const auto& loop = *version_for(*OperatorTable::known().versions("", "Loop"), 13);
    EXPECT_TRUE(loop.inputs.at(7)->is_mixed);
}

TEST(OperatorTable, OlderOpsetsDoNotHaveNewOperators) {
    const auto* versions = OperatorTable::known().versions("", "LayerNormalization");
    ASSERT_TRUE(versions);
    EXPECT_EQ(version_for(*versions, 16), nullptr);
    EXPECT_TRUE(version_for(*versions, 17));
    EXPECT_TRUE(version_for(*OperatorTable::known().versions("", "Upsample"), 10)->is_deprecated);
}

TEST(OperatorTable, TypesAreWrittenAsInPorts) {
    const OperatorTable& table = OperatorTable::known();
    for (const char* type : {"tensor(float)", "seq(tensor(int64))", "optional(tensor(bool))",
                             "map(int64,tensor(float))", "seq(map(string,tensor(float)))"}) {
        const auto index = table.type_index(type);
        ASSERT_TRUE(index) << type;
        EXPECT_EQ(table.type_name(*index), type);
    }
    EXPECT_FALSE(table.type_index("tensor(undefined)"));
}

TEST(OperatorTable, DamagedFactsAreErrorsWithTheirLine) {
    const std::string good = "domain ai.onnx\nset 0 float\n";
    EXPECT_EQ(OperatorTable(good + "Abs 1 | 1 1 X:T | 1 1 Y:T | - | T=0\n").operator_count(), 1u);
    for (const char* line :
         {"Abs", "Abs x | 1 1 X:T | 1 1 Y:T | - | T=0", "Abs 1 | 1 1 X:T | 1 1 Y:T | - | T=9",
          "Abs 1 | 1 1 X:T | 1 1 Y:U | - | T=0", "Abs 1 | 1 X:T | 1 1 Y:T | - | T=0",
          "Abs 1 | 1 1 X:T | 1 1 Y:T | a:double | T=0", "Abs 1 | 1 1 X:T | 1 1 Y:T | T=0"}) {
        try {
            const OperatorTable table(good + line + "\n");
            ADD_FAILURE() << line;
        } catch (const std::invalid_argument& error) {
            EXPECT_TRUE(std::string_view(error.what()).starts_with("line 3: ")) << error.what();
        }
    }
}

}  // namespace
}  // namespace onnxhub
