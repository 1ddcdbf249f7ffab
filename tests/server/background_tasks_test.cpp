// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/background_tasks.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/user_error.h"

namespace onnxhub {
namespace {

class BackgroundTasksTest : public testing::Test {
protected:
    BackgroundTasksTest() { tasks.add_owner(this); }
    ~BackgroundTasksTest() override { tasks.remove_owner(this); }

    /// The result of `work` for one request.
    Prepared result_of(BackgroundTasks::Work work) {
        std::promise<Prepared> result;
        EXPECT_TRUE(tasks.start(this, "key", std::move(work),
                                [&](Prepared prepared) { result.set_value(std::move(prepared)); }));
        return result.get_future().get();
    }

    BackgroundTasks tasks;
};

/// Otherwise the server would count memory as used that no request needs any more.
TEST_F(BackgroundTasksTest, TheLastRequestAloneOwnsTheResult) {
    std::promise<long> owners;
    const auto resume = [&](const Prepared& prepared) {
        owners.set_value(prepared.result.use_count());
    };
    tasks.start(
        this, "key", [] { return std::make_shared<int>(1); }, resume);
    EXPECT_EQ(owners.get_future().get(), 1);
}

TEST_F(BackgroundTasksTest, ATaskRunsOnceForAllThatWait) {
    std::promise<void> may_run;
    const std::shared_future<void> ready = may_run.get_future().share();
    std::vector<std::promise<Prepared>> results(3);
    int runs = 0;
    for (std::promise<Prepared>& result : results) {
        tasks.start(
            this, "key",
            [&runs, ready] {
                ready.wait();
                return std::make_shared<int>(++runs);
            },
            [&result](Prepared prepared) { result.set_value(std::move(prepared)); });
    }
    may_run.set_value();
    for (std::promise<Prepared>& result : results) {
        const Prepared prepared = result.get_future().get();
        EXPECT_EQ(prepared.key, "key");
        EXPECT_EQ(*std::static_pointer_cast<const int>(prepared.result), 1);
    }
}

TEST_F(BackgroundTasksTest, FailuresAreAnswers) {
    const auto status_of = [this](BackgroundTasks::Work work) {
        const Prepared prepared = result_of(std::move(work));
        return prepared.failure ? prepared.failure->status : 0;
    };
    EXPECT_EQ(status_of([]() -> std::shared_ptr<const void> {
                  throw NotServed{404, "none"};
              }),
              404);
    EXPECT_EQ(status_of([]() -> std::shared_ptr<const void> { throw UserError("unreadable"); }),
              500);
    EXPECT_EQ(status_of([]() -> std::shared_ptr<const void> { throw std::bad_alloc(); }), 503);
    EXPECT_EQ(status_of([] { return nullptr; }), 0);
}

TEST_F(BackgroundTasksTest, ARemovedOwnerIsAnsweredOnceAndNeverAgain) {
    const int other = 0;
    tasks.add_owner(&other);
    std::promise<void> may_end;
    int calls = 0, status = 0;
    tasks.start(
        &other, "key",
        [ready = may_end.get_future().share()] {
            ready.wait();
            return std::make_shared<int>(1);
        },
        [&](const Prepared& prepared) {
            ++calls;
            status = prepared.failure ? prepared.failure->status : 0;
        });
    tasks.remove_owner(&other);
    EXPECT_EQ(status, 503);
    may_end.set_value();
    EXPECT_FALSE(tasks.start(
        &other, "key", [] { return nullptr; }, [](const Prepared&) {}));
    result_of([] { return nullptr; });
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace onnxhub
