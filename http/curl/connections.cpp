// SPDX-License-Identifier: Apache-2.0
#include "http/curl/connections.h"

#include <new>
#include <utility>

namespace onnxhub {
namespace {

/// Longest wait for the network. Requests that are added meanwhile end the wait.
constexpr int wait_time = 1000;  // ms

}  // namespace

HttpConnections::HttpConnections(const ConnectionLimits& limits) : multi_(curl().multi_init()) {
    if (!multi_) throw std::bad_alloc();
    const auto set = [this](CURLMoption option, long value) {
        curl().multi_setopt(multi_, option, value);
    };
    set(CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    set(CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(limits.total));
    set(CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(limits.per_host));
    set(CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(limits.total));
    driver_ = std::jthread([this](const std::stop_token& stop) { drive(stop); });
}

HttpConnections::~HttpConnections() {
    driver_.request_stop();
    curl().multi_wakeup(multi_);
    driver_.join();
    curl().multi_cleanup(multi_);
}

CURLcode HttpConnections::perform(CURL* handle) {
    std::unique_lock lock(mutex_);
    waiting_.push_back(handle);
    curl().multi_wakeup(multi_);
    finished_.wait(lock, [&] { return results_.contains(handle); });
    return results_.extract(handle).mapped();
}

void HttpConnections::drive(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        add_waiting();
        int running = 0;
        curl().multi_perform(multi_, &running);
        // A finished transfer may make room for one that waits for a connection.
        if (!collect_finished()) curl().multi_poll(multi_, nullptr, 0, wait_time, nullptr);
    }
}

void HttpConnections::add_waiting() {
    std::vector<CURL*> handles;
    {
        const std::lock_guard lock(mutex_);
        handles = std::exchange(waiting_, {});
    }
    for (CURL* handle : handles) {
        if (curl().multi_add_handle(multi_, handle) != CURLM_OK) {
            finish(handle, CURLE_FAILED_INIT);
        }
    }
}

bool HttpConnections::collect_finished() {
    bool is_any = false;
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* const handle = message->easy_handle;
        const CURLcode code = message->data.result;
        curl().multi_remove_handle(multi_, handle);
        finish(handle, code);
        is_any = true;
    }
    return is_any;
}

void HttpConnections::finish(CURL* handle, CURLcode code) {
    {
        const std::lock_guard lock(mutex_);
        results_[handle] = code;
    }
    finished_.notify_all();
}

std::shared_ptr<HttpConnections> share_connections(const ConnectionLimits& limits) {
    return std::make_shared<HttpConnections>(limits);
}

}  // namespace onnxhub
