// SPDX-License-Identifier: Apache-2.0
// A line on the terminal while files are hashed: files, bytes, rate, time left.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <thread>

#include "generator/content_table.h"

namespace onnxhub {

/// Numbers of one moment, apart from clocks and terminals so that the line can be tested.
struct ProgressNumbers {
    std::size_t files_done = 0;
    std::size_t files = 0;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
};

/// "hashing 3 of 20 models, 1.2 of 8.0 GiB, 812 MiB/s, 8 s left"
std::string progress_line(const ProgressNumbers& numbers);

/// "1.4 GiB", "312 bytes": three digits are enough for people.
std::string human_bytes(std::uint64_t bytes);

/// Also checks for Ctrl-C between blocks. Draws nothing in the first half second, nor at all unless
/// `draws` (a terminal, progress wanted).
class HashProgress : public ContentObserver {
public:
    HashProgress(std::ostream& terminal, bool draws);
    ~HashProgress() override;

    void will_hash(std::size_t files, std::uint64_t bytes) override;
    void hashed(std::uint64_t bytes) override;
    void hashed_file() override;
    void finish();  ///< wipes the line

private:
    void draw_until_finished(std::stop_token stop);

    std::ostream& terminal_;
    const bool draws_;
    std::chrono::steady_clock::time_point start_;
    std::atomic<std::size_t> files_{0}, files_done_{0};
    std::atomic<std::uint64_t> bytes_{0}, bytes_done_{0};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool has_drawn_ = false;
    std::jthread drawer_;
};

}  // namespace onnxhub
