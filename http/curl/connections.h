// SPDX-License-Identifier: Apache-2.0
// Runs the transfers of several threads on one set of connections.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "http/curl/library.h"
#include "http/http_connections.h"

namespace onnxhub {

/// A thread of its own drives all transfers and calls their callbacks, while the thread that asked
/// for a transfer waits.
class HttpConnections {
public:
    explicit HttpConnections(const ConnectionLimits& limits);
    ~HttpConnections();
    HttpConnections(const HttpConnections&) = delete;
    HttpConnections& operator=(const HttpConnections&) = delete;

    /// What curl_easy_perform() does. Thread-safe, with another handle in each thread.
    CURLcode perform(CURL* handle);

private:
    void drive(const std::stop_token& stop);
    void add_waiting();
    bool collect_finished();  ///< returns whether there was one
    void finish(CURL* handle, CURLcode code);

    CURLM* multi_;
    std::mutex mutex_;
    std::condition_variable finished_;
    std::vector<CURL*> waiting_;         ///< not given to `multi_` yet
    std::map<CURL*, CURLcode> results_;  ///< finished, not taken yet
    std::jthread driver_;
};

}  // namespace onnxhub
