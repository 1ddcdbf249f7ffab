// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/interruption.h"

namespace onnxhub {
namespace {

constexpr auto quiet_time = std::chrono::milliseconds(500);
constexpr auto frame_time = std::chrono::milliseconds(100);
constexpr const char* wipe_line = "\r\033[K";

std::string human_time(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

}  // namespace

std::string rate_and_time_left(const ProgressNumbers& numbers) {
    if (numbers.bytes_done == 0 || numbers.seconds <= 0) return "";
    const double rate = static_cast<double>(numbers.bytes_done) / numbers.seconds;
    const std::uint64_t left = numbers.bytes - std::min(numbers.bytes, numbers.bytes_done);
    return fmt::format("{}/s, {} left", human_bytes(static_cast<std::uint64_t>(rate)),
                       human_time(static_cast<double>(left) / rate));
}

std::string progress_line(std::string_view verb, const ProgressNumbers& numbers) {
    const std::string line =
        fmt::format("{} {} of {} files, {} of {}", verb, numbers.files_done, numbers.files,
                    human_bytes(numbers.bytes_done), human_bytes(numbers.bytes));
    const std::string rate = rate_and_time_left(numbers);
    return rate.empty() ? line : line + ", " + rate;
}

StatusLine::StatusLine(std::ostream& terminal, std::function<std::string()> text)
    : terminal_(terminal), text_(std::move(text)) {}

StatusLine::~StatusLine() {
    finish();
}

void StatusLine::start() {
    const std::lock_guard lock(mutex_);
    if (drawer_.joinable()) return;
    drawer_ = std::jthread([this](std::stop_token stop) { draw_until_finished(std::move(stop)); });
}

void StatusLine::finish() {
    if (!drawer_.joinable()) return;
    drawer_.request_stop();
    drawer_.join();
    if (std::exchange(has_drawn_, false)) terminal_ << wipe_line << std::flush;
}

void StatusLine::step_aside(const std::function<void()>& other) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(has_drawn_, false)) terminal_ << wipe_line << std::flush;
    other();
}

void StatusLine::draw_until_finished(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    auto pause = quiet_time;
    while (!wake_.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
        pause = frame_time;
        terminal_ << wipe_line << text_() << std::flush;
        has_drawn_ = true;
    }
}

HashProgress::HashProgress(std::ostream& terminal, bool draws)
    : draws_(draws), line_(terminal, [this] {
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
          return progress_line("hashing",
                               {files_done_, files_, bytes_done_, bytes_, elapsed.count()});
      }) {}

void HashProgress::will_hash(std::size_t files, std::uint64_t bytes) {
    files_ += files;
    bytes_ += bytes;
    if (draws_) line_.start();
}

void HashProgress::hashed(std::uint64_t bytes) {
    check_interruption();
    bytes_done_ += bytes;
}

void HashProgress::hashed_file() {
    ++files_done_;
}

void HashProgress::finish() {
    line_.finish();
}

std::string download_line(const ProgressNumbers& numbers) {
    if (numbers.bytes == 0) return human_bytes(numbers.bytes_done);
    const std::string line =
        fmt::format("{} of {}", human_bytes(numbers.bytes_done), human_bytes(numbers.bytes));
    const std::string rate = rate_and_time_left(numbers);
    return rate.empty() ? line : line + ", " + rate;
}

DownloadLine::DownloadLine(std::ostream& terminal, bool draws)
    : draws_(draws), line_(terminal, [this] {
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
          return "downloading " + download_line({0, 1, bytes_done_, bytes_, elapsed.count()});
      }) {}

void DownloadLine::start(std::optional<std::uint64_t> size_bytes) {
    finish();
    start_ = std::chrono::steady_clock::now();
    bytes_ = size_bytes.value_or(0);
    bytes_done_ = 0;
    if (draws_) line_.start();
}

void DownloadLine::finish() {
    line_.finish();
}

std::string peek_line(const ProgressNumbers& models, std::uint64_t requests) {
    std::string line = fmt::format("{} of {} models, {} requests, {}", models.files_done,
                                   models.files, requests, human_bytes(models.bytes_done));
    if (models.files_done == 0 || models.files_done >= models.files) return line;
    const double left = models.seconds / static_cast<double>(models.files_done) *
                        static_cast<double>(models.files - models.files_done);
    return line + fmt::format(", {:.0f} s left", left);
}

PeekLine::PeekLine(std::ostream& terminal, bool draws)
    : draws_(draws), line_(terminal, [this] {
          const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
          return "reading graphs: " +
                 peek_line({models_done_, models_, bytes_, 0, elapsed.count()}, requests_);
      }) {}

void PeekLine::start(std::size_t models) {
    start_ = std::chrono::steady_clock::now();
    models_ = models;
    if (draws_) line_.start();
}

void PeekLine::set(std::size_t models, std::uint64_t requests, std::uint64_t bytes) {
    models_done_ = models;
    requests_ = requests;
    bytes_ = bytes;
}

void PeekLine::finish() {
    line_.finish();
}

}  // namespace onnxhub
