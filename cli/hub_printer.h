// SPDX-License-Identifier: Apache-2.0
// Prints events of a job that works on a hub.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/progress.h"
#include "manifest/diagnostic.h"
#include "repository/fetch_observer.h"

namespace onnxhub {

/// "1 model", "7 models".
std::string model_count(std::size_t count);

/// Prints each event as a line to `err`. Draws git's progress only on a terminal. Ctrl-C stops the
/// job.
class HubPrinter : public FetchObserver {
public:
    explicit HubPrinter(const Streams& streams);

    void check_interruption() override;
    void waiting_for_hub() override;
    void hub_without_locks(const std::filesystem::path& folder) override;
    void fetch_started(std::size_t files) override;
    void batch_started(const FetchBatch& batch) override;
    void model_too_large(const std::string& path, std::uint64_t size_bytes) override;
    void resumed(std::size_t models, const std::string& resume_file) override;
    void started_again(const std::string& resume_file) override;
    void download_started(const std::string& url, std::optional<std::uint64_t> size_bytes) override;
    void downloaded(std::uint64_t bytes) override;
    void download_finished() override;
    void peek_started(std::size_t models) override;
    void peeked(std::size_t models, std::uint64_t requests, std::uint64_t bytes) override;
    void peek_finished() override;
    void git_message(const std::string& line, bool is_final) override;
    bool wants_git_progress() const override;

    /// Runs `job` and prints its diagnostics, also when it throws.
    void run(const std::function<void(Diagnostics&)>& job);

    /// Draws the progress of hashing files.
    HashProgress& progress() { return progress_; }

private:
    Streams streams_;
    bool draws_;
    HashProgress progress_;
    DownloadLine download_;
    PeekLine peek_;
};

}  // namespace onnxhub
