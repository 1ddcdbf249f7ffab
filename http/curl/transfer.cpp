// SPDX-License-Identifier: Apache-2.0
#include "http/curl/transfer.h"

#include <algorithm>
#include <cstdlib>

#include "base/ip_address.h"
#include "http/redirect.h"
#include "http/retry.h"

namespace onnxhub {
namespace {

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

void HttpTransfer::reset(const std::string& url) {
    head = {0, {}, url, redirect_headers};
    header_bytes = 0;
    has_begun = is_cut = false;
    rate = {};
    rate_verdict = RateWatch::Verdict::fine;
    checks_addresses = false;
    refused_address.clear();
}

void HttpTransfer::attach(CURL* handle) {
    const auto set = [handle](CURLoption option, auto value) {
        curl().easy_setopt(handle, option, value);
    };
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, this);
    if (!checks_addresses) return;
    set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
}

bool HttpTransfer::begin() {
    if (has_begun) return true;
    has_begun = true;
    pause = pause_after(head, options, attempts);
    is_for_sink = !is_redirect(head) && !pause;
    body_room = is_for_sink && head.status < 400 ? UINT64_MAX : error_body_limit;
    is_refused = is_for_sink && !sink.begin(head);
    return !is_refused;
}

/// Returns whether to continue.
bool HttpTransfer::take(std::span<const std::byte> block) {
    rate.count(block.size());
    if (!begin()) return false;
    if (block.size() > body_room) {
        is_cut = true;
        block = block.first(static_cast<std::size_t>(body_room));
    }
    body_room -= block.size();
    if (!is_for_sink || block.empty()) return !is_cut;
    has_sink_bytes = true;
    is_refused = !sink.data(block);
    return !is_refused && !is_cut;
}

void HttpTransfer::take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // the next response, after "100 Continue"
        head.headers.clear();
        const std::size_t space = std::min(line.find(' '), line.size());
        head.status = std::atoi(std::string(line.substr(space)).c_str());
    } else if (const std::size_t colon = line.find(':'); colon != line.npos) {
        head.headers.push_back({std::string(without_blanks(line.substr(0, colon))),
                                std::string(without_blanks(line.substr(colon + 1)))});
    }
}

std::size_t HttpTransfer::on_header(char* text, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    transfer.header_bytes += size;
    if (transfer.header_bytes > header_limit) return 0;
    try {
        transfer.take_header(without_blanks({text, size}));
        return size;
    } catch (...) {
        transfer.exception = std::current_exception();
    }
    return 0;
}

std::size_t HttpTransfer::on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    try {
        if (transfer.take({reinterpret_cast<const std::byte*>(data), size})) return size;
    } catch (...) {
        transfer.exception = std::current_exception();
    }
    return 0;
}

bool HttpTransfer::may_connect(const curl_sockaddr& address) {
    const auto ip = ip_address_of(&address.addr);
    const auto use = ip ? special_use(*ip) : std::optional<std::string_view>("not an IP address");
    if (use) refused_address = (ip ? to_text(*ip) + ", " : "") + std::string(*use);
    return !use;
}

curl_socket_t HttpTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    try {
        if (!transfer.may_connect(*address)) return CURL_SOCKET_BAD;
        return open_socket(address->family, address->socktype, address->protocol);
    } catch (...) {
        transfer.exception = std::current_exception();
    }
    return CURL_SOCKET_BAD;
}

int HttpTransfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<HttpTransfer*>(self);
    try {
        transfer.is_stopped = transfer.is_stopped || onnxhub::is_stopped(transfer.options);
        transfer.rate_verdict = transfer.rate.check(transfer.options);
    } catch (...) {
        transfer.exception = std::current_exception();
        return 1;
    }
    const bool continues =
        !transfer.is_stopped && transfer.rate_verdict == RateWatch::Verdict::fine;
    return continues ? 0 : 1;
}

}  // namespace onnxhub
