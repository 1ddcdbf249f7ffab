// SPDX-License-Identifier: Apache-2.0
#include "model/test_data_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const IoPorts ports{{{"x", {std::int64_t{1}, std::string("N")}, "tensor(float)"}},
                    {{"y", {}, "tensor(int64)"}, {"z", {}, "seq(tensor(float))"}}};

TestTensor tensor(int type, std::vector<std::int64_t> dims) {
    return {"", type, std::move(dims)};
}

TestDataSet good_set() {
    return {{{0, tensor(1, {1, 99})}}, {{0, tensor(7, {3})}, {1, MalformedTensor{"a sequence"}}}};
}

std::vector<std::string> compare(const TestDataSet& set) {
    TestDataArchive archive;
    archive.sets["m/test_data_set_0"] = set;
    return compare_test_data(archive, ports);
}

TEST(TestDataCheck, NamesAndUnknownDimensionsFitAnything) {
    EXPECT_THAT(compare(good_set()), IsEmpty());
}

TEST(TestDataCheck, CountsMustAgree) {
    TestDataSet set = good_set();
    set.outputs.erase(1);
    EXPECT_THAT(compare(set), ElementsAre("m/test_data_set_0 has 1 outputs, the model gives 2"));
    set = good_set();
    set.inputs[1] = tensor(1, {1});
    EXPECT_THAT(compare(set), ElementsAre("m/test_data_set_0 has 2 inputs, the model takes 1"));
}

TEST(TestDataCheck, TypeRankAndFixedDimensionsMustAgree) {
    for (const TestTensor& wrong : {tensor(10, {1, 99}), tensor(1, {1}), tensor(1, {2, 99})}) {
        TestDataSet set = good_set();
        set.inputs[0] = wrong;
        EXPECT_THAT(compare(set), SizeIs(1));
    }
    TestDataSet set = good_set();
    set.inputs[0] = tensor(10, {2, 99});
    EXPECT_THAT(compare(set), ElementsAre("m/test_data_set_0/input_0.pb is float16[2,99], the "
                                          "model takes float[1,N]"));
}

TEST(TestDataCheck, GapsInTheNumbersAreTold) {
    TestDataSet set = good_set();
    set.outputs.erase(0);
    set.outputs[2] = tensor(7, {3});
    EXPECT_THAT(compare(set), ElementsAre("m/test_data_set_0/output_0.pb is missing, and "
                                          "m/test_data_set_0/output_1.pb is there"));
}

TEST(TestDataCheck, WhatIsNoTensorIsTold) {
    TestDataSet set = good_set();
    set.inputs[0] = MalformedTensor{"it is cut off"};
    EXPECT_THAT(compare(set),
                ElementsAre("m/test_data_set_0/input_0.pb is not a tensor: it is cut off"));
}

}  // namespace
}  // namespace onnxhub
