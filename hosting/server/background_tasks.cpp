// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/background_tasks.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/user_error.h"

namespace onnxhub {
namespace {

/// Each task holds the content of at most one file. With two threads, a large file does not delay
/// all others.
constexpr unsigned task_threads = 2;

Prepared result_of(const std::string& key, const BackgroundTasks::Work& work) {
    try {
        return {key, work(), std::nullopt};
    } catch (const NotServed& failure) {
        return {key, nullptr, failure};
    } catch (const UserError&) {
        return {key, nullptr, NotServed{500, "the file can't be read"}};
    } catch (const std::bad_alloc&) {
        return {key, nullptr, NotServed{503, "the server is short of memory; try again"}};
    } catch (const std::exception&) {
        return {key, nullptr, NotServed{500, "the file can't be prepared"}};
    }
}

}  // namespace

BackgroundTasks::BackgroundTasks() {
    for (unsigned i = 0; i < task_threads; ++i) {
        threads_.emplace_back([this] { work_through(); });
    }
}

BackgroundTasks::~BackgroundTasks() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BackgroundTasks::add_owner(const void* owner) {
    const std::lock_guard lock(mutex_);
    owners_.insert(owner);
}

void BackgroundTasks::remove_owner(const void* owner) {
    const std::lock_guard lock(mutex_);
    owners_.erase(owner);
    for (Job& job : jobs_) {
        const auto is_owned = [&](const Waiter& waiter) { return waiter.owner == owner; };
        for (const Waiter& waiter : job.waiters) {
            if (!is_owned(waiter)) continue;
            waiter.resume(
                {job.key, nullptr, NotServed{503, "the server is shutting down; try again"}});
        }
        std::erase_if(job.waiters, is_owned);
    }
    std::erase_if(jobs_, [](const Job& job) { return !job.is_running && job.waiters.empty(); });
}

bool BackgroundTasks::start(const void* owner, const std::string& key, Work work, Resume resume) {
    {
        const std::lock_guard lock(mutex_);
        if (!owners_.contains(owner)) return false;
        auto job = std::ranges::find(jobs_, key, &Job::key);
        if (job == jobs_.end()) job = jobs_.insert(jobs_.end(), Job{key, std::move(work)});
        job->waiters.push_back({owner, std::move(resume)});
    }
    changed_.notify_one();
    return true;
}

/// The caller holds the lock, so that no request is resumed after its owner was removed. Keeps no
/// part of the result: memory is free again as soon as the last request has been answered.
void BackgroundTasks::resume_all(const std::vector<Waiter>& waiters, Prepared prepared) {
    if (waiters.empty()) return;
    for (std::size_t i = 0; i + 1 < waiters.size(); ++i) waiters[i].resume(Prepared(prepared));
    waiters.back().resume(std::move(prepared));
}

void BackgroundTasks::work_through() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        const auto job =
            std::ranges::find_if(jobs_, [](const Job& waiting) { return !waiting.is_running; });
        if (job == jobs_.end()) {
            changed_.wait(lock);
            continue;
        }
        job->is_running = true;
        lock.unlock();
        Prepared prepared = result_of(job->key, job->work);
        lock.lock();
        resume_all(job->waiters, std::move(prepared));
        jobs_.erase(job);
    }
}

}  // namespace onnxhub
