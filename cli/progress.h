// SPDX-License-Identifier: Apache-2.0
// Status line on the terminal: files, bytes, rate, time left.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include "base/quantity.h"
#include "generator/content_table.h"

namespace onnxhub {

/// A snapshot of the progress. It has no clock, so that tests can check the line.
struct ProgressNumbers {
    std::size_t files_done = 0;
    std::size_t files = 0;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
};

/// "hashing 3 of 20 files, 1.2 GiB of 8.0 GiB, 812 MiB/s, 8 s left" for the verb "hashing".
std::string progress_line(std::string_view verb, const ProgressNumbers& numbers);

/// "812 MiB/s, 8 s left"; "" when the rate is unknown.
std::string rate_and_time_left(const ProgressNumbers& numbers);

/// A thread redraws the line ten times a second, after an initial half second without a line.
class StatusLine {
public:
    /// That thread calls `text`. Nothing is drawn before start().
    StatusLine(std::ostream& terminal, std::function<std::string()> text);
    ~StatusLine();

    void start();   ///< idempotent
    void finish();  ///< wipes the line
    /// Wipes the line and runs `other`. Nothing is drawn meanwhile.
    void step_aside(const std::function<void()>& other);

private:
    void draw_until_finished(std::stop_token stop);

    std::ostream& terminal_;
    std::function<std::string()> text_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool has_drawn_ = false;
    std::jthread drawer_;
};

/// Draws the progress of hashing if `draws` is set. Also checks for Ctrl-C between blocks.
class HashProgress : public ContentObserver {
public:
    HashProgress(std::ostream& terminal, bool draws);

    void will_hash(std::size_t files, std::uint64_t bytes) override;
    void hashed(std::uint64_t bytes) override;
    void hashed_file() override;
    void finish();  ///< wipes the line

private:
    const bool draws_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::atomic<std::size_t> files_{0}, files_done_{0};
    std::atomic<std::uint64_t> bytes_{0}, bytes_done_{0};
    StatusLine line_;
};

/// "3.1 MiB of 12 MiB, 4.0 MiB/s, 3 s left"; without a known size "3.1 MiB".
std::string download_line(const ProgressNumbers& numbers);

/// Draws the progress of one download after another if `draws` is set.
class DownloadLine {
public:
    DownloadLine(std::ostream& terminal, bool draws);

    void start(std::optional<std::uint64_t> size_bytes);
    void set(std::uint64_t bytes_done) { bytes_done_ = bytes_done; }
    void finish();  ///< wipes the line

private:
    const bool draws_;
    std::chrono::steady_clock::time_point start_;
    std::atomic<std::uint64_t> bytes_{0}, bytes_done_{0};
    StatusLine line_;
};

/// "12 of 100 models, 340 requests, 1.2 MiB, 8 s left".
std::string peek_line(const ProgressNumbers& models, std::uint64_t requests);

/// Draws the progress of reading graphs from servers if `draws` is set.
class PeekLine {
public:
    PeekLine(std::ostream& terminal, bool draws);

    void start(std::size_t models);
    /// Over all models so far. Thread-safe.
    void set(std::size_t models, std::uint64_t requests, std::uint64_t bytes);
    void finish();  ///< wipes the line

private:
    const bool draws_;
    std::chrono::steady_clock::time_point start_;
    std::atomic<std::size_t> models_{0}, models_done_{0};
    std::atomic<std::uint64_t> requests_{0}, bytes_{0};
    StatusLine line_;
};

}  // namespace onnxhub
