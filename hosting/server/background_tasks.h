// SPDX-License-Identifier: Apache-2.0
// Background tasks that requests wait for, such as inflating a blob, so that they do not block the
// server's threads.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "hosting/server/served_hub.h"

namespace onnxhub {

/// The result of a task.
struct Prepared {
    std::string key;
    std::shared_ptr<const void> result = nullptr;     ///< the key determines its type
    std::optional<NotServed> failure = std::nullopt;  ///< the answer, if the task failed
};

/// Has a few threads of its own. Tasks with the same key run once for all requests that wait.
/// Thread-safe.
class BackgroundTasks {
public:
    using Work = std::function<std::shared_ptr<const void>()>;
    using Resume = std::function<void(Prepared)>;

    BackgroundTasks();
    ~BackgroundTasks();  ///< waits for running tasks; all owners must have been removed
    BackgroundTasks(const BackgroundTasks&) = delete;
    BackgroundTasks& operator=(const BackgroundTasks&) = delete;

    /// Allows the owner to wait for tasks.
    void add_owner(const void* owner);
    /// Resumes all waiting requests of the owner as failed. No request of the owner is resumed
    /// afterwards.
    void remove_owner(const void* owner);

    /// Runs `work` later, unless a task with the same key is waiting, then calls `resume` from
    /// another thread. UserError, std::bad_alloc and NotServed thrown by `work` become
    /// Prepared::failure. Returns false, and never calls, when the owner was removed.
    bool start(const void* owner, const std::string& key, Work work, Resume resume);

private:
    struct Waiter {
        const void* owner;
        Resume resume;
    };
    struct Job {
        std::string key;
        Work work;
        bool is_running = false;
        std::vector<Waiter> waiters = {};
    };

    void work_through();
    static void resume_all(const std::vector<Waiter>& waiters, Prepared prepared);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Job> jobs_;  ///< in order of arrival
    std::set<const void*> owners_;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace onnxhub
