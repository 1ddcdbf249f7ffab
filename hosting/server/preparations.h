// SPDX-License-Identifier: Apache-2.0
// Work that requests wait for, such as inflating a blob, without keeping a server's thread from its
// other clients.
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

/// What a preparation has come to.
struct Prepared {
    std::string key;
    std::shared_ptr<const void> result = nullptr;     ///< what it means, the key says
    std::optional<NotServed> failure = std::nullopt;  ///< the answer, where it failed
};

/// A few threads of their own. Work with the same key is done once for all that wait for it.
/// Thread-safe.
class Preparations {
public:
    using Work = std::function<std::shared_ptr<const void>()>;
    using Resume = std::function<void(Prepared)>;

    Preparations();
    ~Preparations();  ///< after the work that is being done; there must be no owner left
    Preparations(const Preparations&) = delete;
    Preparations& operator=(const Preparations&) = delete;

    /// From now on the owner may wait for work.
    void add_owner(const void* owner);
    /// Resumes everything of the owner that waits, as failed; afterwards nothing of it is resumed.
    void remove_owner(const void* owner);

    /// Does `work` some time, unless the same is waited for already, then calls `resume` from
    /// another thread. UserError, std::bad_alloc and NotServed that `work` throws become
    /// Prepared::failure. Returns false, and will never call, when the owner was removed.
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

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Job> jobs_;  ///< in the order they came
    std::set<const void*> owners_;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace onnxhub
