// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <vector>

namespace onnxhub {
namespace {

TEST(Parallel, EveryIndexIsVisitedOnceForAnyNumberOfJobs) {
    for (const unsigned jobs : {0U, 1U, 2U, 7U, 64U}) {
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
            std::vector<std::atomic<int>> visits(count);
            for_each_index(count, jobs, [&](std::size_t i) { ++visits[i]; });
            for (const auto& visit : visits) EXPECT_EQ(visit, 1);
        }
    }
}

TEST(Parallel, JobsWorkAtTheSameTime) {
    std::latch all_here(3);
    for_each_index(3, 3, [&](std::size_t) { all_here.arrive_and_wait(); });
    EXPECT_TRUE(all_here.try_wait());
}

TEST(Parallel, FirstExceptionStopsTheRestAndIsRethrown) {
    for (const unsigned jobs : {1U, 4U}) {
        std::atomic<std::size_t> done{0};
        const auto work = [&](std::size_t i) {
            if (i == 10) throw std::runtime_error("ten");
            ++done;
        };
        EXPECT_THROW(for_each_index(1'000'000, jobs, work), std::runtime_error);
        EXPECT_LT(done, 1'000'000u - 1);
    }
}

TEST(Parallel, JobCountIsAtLeastOne) {
    EXPECT_GE(job_count(0), 1u);
    EXPECT_EQ(job_count(5), 5u);
}

}  // namespace
}  // namespace onnxhub
