// SPDX-License-Identifier: Apache-2.0
// A request as libmicrohttpd delivers it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hosting/server/background_tasks.h"
#include "hosting/server/microhttpd_library.h"
#include "hosting/server/request_head.h"

namespace onnxhub {

/// The state of a request while it is answered.
struct Request {
    std::string_view raw_target;  ///< in libmicrohttpd's memory, valid until the head was checked
    std::string target;           ///< as received
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::string method = "-";
    std::string version = "-";
    bool is_complete = false;  ///< its head has arrived
    int status = 0;
    std::uint64_t bytes = 0;
    int waits = 0;                               ///< for prepared content
    Prepared prepared = {};                      ///< the result of the last wait
    std::shared_ptr<const void> held = nullptr;  ///< owns what is being sent
    /// What its path was when it began to wait for the content. It gets this file, although the hub
    /// may have a newer one by then.
    std::shared_ptr<ServedFile> opened = nullptr;
    bool is_sent_plain = false;  ///< compressing its file was not possible

    /// The result of the task `key`; null for any other task.
    template <class T>
    std::shared_ptr<const T> prepared_as(const std::string& key) const {
        if (prepared.key != key) return nullptr;
        return std::static_pointer_cast<const T>(prepared.result);
    }

    /// The request line for the log, as far as it was understood.
    std::string line() const {
        return target.empty() ? "-" : method + " " + target + " " + version;
    }
};

std::optional<std::string> header_of(MHD_Connection* connection, const char* name);
bool accepts_gzip(MHD_Connection* connection);
bool has_content(MHD_Connection* connection);

/// The client's address for the log; "-" when it is unknown.
std::string address_of(MHD_Connection* connection);

RequestHead head_of(MHD_Connection* connection, const char* method, std::string_view target,
                    const char* version);

/// Whether the lines of the head are well-formed. `bytes` is its size.
bool is_well_formed(const RequestHead& head, std::size_t bytes);

/// How strictly libmicrohttpd reads requests.
MHD_OptionItem strictness_option();

}  // namespace onnxhub
