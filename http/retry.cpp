// SPDX-License-Identifier: Apache-2.0
#include "http/retry.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <thread>

#include "http/curl/library.h"

namespace onnxhub {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds stop_check_interval(100);

bool is_temporary(int status) {
    return status == 408 || status == 429 || status >= 500;
}

/// Retry-After in seconds or as a date; nothing for other texts.
std::optional<milliseconds> retry_after(const std::string& text, const HttpOptions& options) {
    using std::chrono::seconds;
    if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
        return seconds(std::atoll(text.substr(0, 9).c_str()));
    }
    const std::time_t date = curl().getdate(text.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    const seconds now(std::chrono::system_clock::to_time_t(options.now()));
    return std::max(seconds(date) - now, seconds(0));
}

/// Between half and all of the doubled time, so that many clients do not return at the same moment.
milliseconds backoff(const HttpOptions& options, int attempts) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto full =
        std::min(options.initial_backoff * (1 << std::min(attempts - 1, 16)), options.max_backoff);
    return full / 2 + milliseconds(random() % static_cast<unsigned>(full.count() / 2 + 1));
}

}  // namespace

std::optional<milliseconds> pause_after(const HttpHead& head, const HttpOptions& options,
                                        int attempts) {
    if (attempts >= options.max_attempts || !is_temporary(head.status)) return std::nullopt;
    if (const std::string* text = find_header(head.headers, "retry-after")) {
        if (const auto wait = retry_after(*text, options)) {
            return *wait > options.max_backoff ? std::nullopt : wait;
        }
    }
    return backoff(options, attempts);
}

std::optional<milliseconds> pause_after(const HttpFailure& failure, const HttpOptions& options,
                                        int attempts) {
    using Kind = HttpFailure::Kind;
    const bool may_pass = failure.kind == Kind::connect || failure.kind == Kind::timeout ||
                          failure.kind == Kind::protocol || failure.kind == Kind::resolve;
    if (attempts >= options.max_attempts || !may_pass) return std::nullopt;
    return backoff(options, attempts);
}

bool is_stopped(const HttpOptions& options) {
    return options.is_stopped && options.is_stopped();
}

void pause_for(milliseconds time, const HttpOptions& options) {
    if (options.sleep) return options.sleep(time);
    for (; time > milliseconds(0) && !is_stopped(options); time -= stop_check_interval) {
        std::this_thread::sleep_for(std::min(time, stop_check_interval));
    }
}

}  // namespace onnxhub
