// SPDX-License-Identifier: Apache-2.0
// What happens while a job works on a hub, as values: its caller prints them, or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "repository/git_command.h"
#include "repository/hub_lock.h"

namespace onnxhub {

/// Every function does nothing unless overridden. All are called from the thread of the job.
class HubObserver {
public:
    virtual ~HubObserver() = default;

    /// Called between steps of long work. Throws Interrupted to stop the job; nothing is half
    /// written then.
    virtual void check_interruption() {}
    /// Another process changes the hub, and the job has waited for a second.
    virtual void waiting_for_hub() {}
    /// The file system of the hub has no locks, so nothing keeps other processes from changing it.
    virtual void hub_without_locks(const std::filesystem::path&) {}
};

/// Models that are fetched together.
struct FetchBatch {
    std::size_t models = 0;
    std::uint64_t size_bytes = 0;
    std::size_t number = 0;  ///< counted from 1
    std::size_t batches = 0;
};

class FetchObserver : public HubObserver {
public:
    virtual void fetch_started(std::size_t /*files*/) {}  ///< of everything at once
    virtual void batch_started(const FetchBatch&) {}
    /// The model alone is larger than the limit, so it is not fetched.
    virtual void model_too_large(const std::string& /*path*/, std::uint64_t /*size_bytes*/) {}
    /// So many models were done by an earlier run, as `resume_file` says.
    virtual void resumed(std::size_t /*models*/, const std::string& /*resume_file*/) {}
    /// `resume_file` is of another state of the hub and was not used.
    virtual void started_again(const std::string& /*resume_file*/) {}
    /// A file is downloaded from a URL. The size is absent if the server does not state it.
    virtual void download_started(const std::string& /*url*/,
                                  std::optional<std::uint64_t> /*size_bytes*/) {}
    virtual void downloaded(std::uint64_t /*bytes*/) {}  ///< so far, of this file
    virtual void download_finished() {}                  ///< or given up
    /// Graphs of so many models are read from servers.
    virtual void peek_started(std::size_t /*models*/) {}
    /// So much was read: models, and requests and bytes over all of them. The only function that is
    /// called from other threads.
    virtual void peeked(std::size_t /*models*/, std::uint64_t /*requests*/,
                        std::uint64_t /*bytes*/) {}
    virtual void peek_finished() {}  ///< or given up
    /// A raw line from git, see GitMessages.
    virtual void git_message(const std::string& /*line*/, bool /*is_final*/) {}
    virtual bool wants_git_progress() const { return false; }
};

/// Passes what git says to `observer`, which must outlive the result.
inline GitMessages git_messages(FetchObserver& observer) {
    return {[&observer](const std::string& line, bool is_final) {
                observer.git_message(line, is_final);
            },
            observer.wants_git_progress()};
}

/// Takes the lock of the hub in `folder` before anything in it is read. Throws what HubLock and
/// `observer` throw. `observer` must outlive the lock.
inline HubLock lock_hub(const std::filesystem::path& folder, HubObserver& observer) {
    HubLock lock(folder, {[&observer] { observer.check_interruption(); },
                          [&observer] { observer.waiting_for_hub(); }});
    if (!lock.is_exclusive()) observer.hub_without_locks(folder);
    return lock;
}

/// The same for the hub whose manifest is `file`.
inline HubLock lock_hub_of(const std::filesystem::path& file, HubObserver& observer) {
    const std::filesystem::path folder = file.parent_path();
    return lock_hub(folder.empty() ? "." : folder, observer);
}

}  // namespace onnxhub
