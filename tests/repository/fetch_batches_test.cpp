// SPDX-License-Identifier: Apache-2.0
#include "repository/fetch_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FetchBatches, HoldAsMuchAsFitsAtOnce) {
    const FetchBatches plan = plan_batches({40, 60, 1, 100, 0, 99, 101}, 100);
    EXPECT_THAT(plan.batches,
                ElementsAre(ElementsAre(0, 1), ElementsAre(2), ElementsAre(3, 4), ElementsAre(5)));
    EXPECT_THAT(plan.too_large, ElementsAre(6));
}

TEST(FetchBatches, AreOneWithoutALimit) {
    const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max() / 2;
    EXPECT_THAT(plan_batches({huge, huge}, {}).batches, ElementsAre(ElementsAre(0, 1)));
    EXPECT_THAT(plan_batches({}, {}).batches, IsEmpty());
    EXPECT_THAT(plan_batches({}, 100).batches, IsEmpty());
}

}  // namespace
}  // namespace onnxhub
