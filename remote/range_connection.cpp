// SPDX-License-Identifier: Apache-2.0
#include "remote/range_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "http/url.h"
#include "remote/range_limits.h"

namespace onnxhub {
namespace {

using Kind = RangeFailure::Kind;

/// Receives one range, and nothing of an answer that is not that range.
class RangeSink : public HttpSink {
public:
    /// `whole_bytes` is how large a file may be that is sent whole.
    RangeSink(std::uint64_t begin, std::uint64_t end, std::uint64_t whole_bytes)
        : begin_(begin), end_(end), whole_bytes_(whole_bytes) {}

    bool begin(const HttpHead& head) override {
        body.clear();
        limit_ = 0;
        if (is_compressed(head)) return false;
        if (head.status == 206) {
            const auto range = content_range(head);
            if (range && range->begin == begin_ && range->end <= end_) {
                limit_ = range->end - range->begin;
            }
        } else if (head.status == 200 && begin_ == 0) {
            limit_ = content_length(head).value_or(0) <= whole_bytes_ ? whole_bytes_ : 0;
        }
        return limit_ > 0;
    }

    bool data(std::span<const std::byte> block) override {
        moved += block.size();
        is_too_long = block.size() > limit_ - body.size();
        if (is_too_long) return false;
        body.append(reinterpret_cast<const char*>(block.data()), block.size());
        return true;
    }

    bool can_restart() const override { return true; }

    std::string body;
    std::uint64_t moved = 0;  ///< over all attempts
    bool is_too_long = false;

private:
    std::uint64_t begin_;
    std::uint64_t end_;
    std::uint64_t whole_bytes_;
    std::uint64_t limit_ = 0;
};

/// The SHA-256 in an ETag: 64 hexadecimal digits, in quotes.
std::optional<Sha256> sha_in(const std::string* etag) {
    if (!etag) return std::nullopt;
    std::string_view text = *etag;
    if (text.starts_with("W/")) return std::nullopt;
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        text = text.substr(1, text.size() - 2);
    }
    return parse_sha256(text);
}

std::string validator_of(const HttpHead& head) {
    const std::string etag = strong_etag(head);
    return etag.empty() ? strong_last_modified(head) : etag;
}

bool is_denied(int status) {
    return status == 401 || status == 403;
}

}  // namespace

struct RangeConnection::Answer {
    HttpHead head;
    std::string body;
    bool is_too_long = false;
};

RangeConnection::RangeConnection(HttpClient& client, RangeTarget target, TransferBudget& budget)
    : client_(client), target_(std::move(target)), budget_(budget), current_(target_.location) {}

void RangeConnection::fail(Kind kind, const std::string& what) const {
    throw RangeFailure(kind, shown_url(target_.location.url) + ": " + what);
}

std::string RangeConnection::fetch(std::uint64_t begin, std::uint64_t end) {
    Answer answer = request(begin, end);
    // First the address before the redirect, then a new one from the Git LFS server.
    while (is_denied(answer.head.status) && refresh()) answer = request(begin, end);
    return checked(begin, end, std::move(answer));
}

RangeConnection::Answer RangeConnection::request(std::uint64_t begin, std::uint64_t end) {
    if (requests_ == range_request_limit || bytes_ + (end - begin) > range_byte_limit) {
        fail(Kind::file, fmt::format("its graph is not read after {} requests or {} MiB",
                                     range_request_limit, range_byte_limit >> 20));
    }
    if (std::chrono::steady_clock::now() - begin_ > range_time_limit) {
        fail(Kind::server,
             fmt::format("is too slow: no graph within {} minutes", range_time_limit.count()));
    }
    const std::uint64_t reserved = end - begin;
    if (!budget_.reserve(reserved)) {
        throw RangeFailure(Kind::budget, fmt::format("the limit of {} bytes for the run is reached",
                                                     budget_.limit_bytes()));
    }
    HttpRequest request;
    request.url = current_.url;
    request.headers = current_.headers;
    request.headers.push_back({"Range", fmt::format("bytes={}-{}", begin, end - 1)});
    request.uses_netrc = false;
    const std::uint64_t whole_bytes = target_.size_bytes
                                          ? (begin == 0 && end == *target_.size_bytes ? end : 0)
                                          : small_file_bytes;
    RangeSink sink(begin, end, whole_bytes);
    const auto result = client_.stream(request, sink);
    budget_.settle(reserved, sink.moved);
    bytes_ += sink.moved;
    requests_ += 1;
    if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
        throw RangeFailure(Kind::server, failure->reason);
    }
    return {std::get<HttpHead>(result), std::move(sink.body), sink.is_too_long};
}

/// Whether there is another address. An address behind a redirect is given up first.
bool RangeConnection::refresh() {
    if (current_.url != target_.location.url) {
        current_ = target_.location;
        return true;
    }
    if (has_refreshed_ || !target_.location.refresh) return false;
    has_refreshed_ = true;
    auto fresh = target_.location.refresh();
    if (!fresh) return false;
    target_.location.url = std::move(fresh->url);
    target_.location.headers = std::move(fresh->headers);
    current_ = target_.location;
    return true;
}

/// Whether the server would answer so for every file. Mirrors deny access to files that they do not
/// have, such as repositories on Hugging Face.
bool RangeConnection::concerns_server(int status) const {
    if (is_denied(status)) return target_.binding != Binding::etag;
    return status == 408 || status == 429 || status >= 500;
}

std::string RangeConnection::checked(std::uint64_t begin, std::uint64_t end, Answer answer) {
    const HttpHead& head = answer.head;
    if (head.status != 200 && head.status != 206) {
        fail(concerns_server(head.status) ? Kind::server : Kind::file,
             fmt::format("answers with status {}", head.status));
    }
    if (is_compressed(head))
        fail(Kind::server, "sends compressed bytes, although that was not requested");
    const auto range = content_range(head);
    const bool is_whole = head.status == 200;
    if (is_whole && (answer.is_too_long || answer.body.empty())) {
        fail(Kind::server, "sends the whole file instead of the part that was asked for");
    }
    if (!is_whole && !range) fail(Kind::server, "does not say which part of the file it sends");
    const std::uint64_t total = is_whole ? answer.body.size() : range->total_bytes;
    if (target_.size_bytes.value_or(total) != total) {
        fail(Kind::file,
             fmt::format("has a file of {} bytes instead of {}", total, *target_.size_bytes));
    }
    const std::uint64_t wanted_end = std::min(end, total);
    if (!is_whole && (range->begin != begin || range->end != wanted_end)) {
        fail(Kind::server, "sends another part of the file than was asked for");
    }
    if (answer.is_too_long || answer.body.size() != wanted_end - begin) {
        fail(Kind::server, "sends another number of bytes than its headers state");
    }
    const bool is_all = begin == 0 && wanted_end == total;
    target_.size_bytes = total;
    check_identity(head, is_all);
    if (is_all) check_whole(answer.body);
    follow(head);
    return std::move(answer.body);
}

/// A whole file has no other proof than its digest, and needs none.
void RangeConnection::check_whole(const std::string& body) {
    if (!target_.sha || sha256_of(body) == *target_.sha) return;
    fail(Kind::file, "has other bytes than the pointer states");
}

/// `is_whole`: the response has the whole file, so that no other one must match it.
void RangeConnection::check_identity(const HttpHead& head, bool is_whole) {
    if (!has_begun_) check_first(head);
    const std::string validator = validator_of(head);
    if (!is_whole && validator.empty()) {
        fail(Kind::server,
             "states neither an ETag nor a date by which parts of one file can be recognized");
    }
    if (has_begun_ && validator != validator_) fail(Kind::file, "changed while it was read");
    validator_ = validator;
    has_begun_ = true;
}

/// The server of the request may state the digest: itself, or when it redirects.
void RangeConnection::check_first(const HttpHead& head) {
    if (head.redirect_headers.empty()) {
        stated_sha_ = sha_in(find_header(head.headers, "etag"));
        if (!stated_sha_) stated_sha_ = sha_in(find_header(head.headers, "x-linked-etag"));
    } else {
        stated_sha_ = sha_in(find_header(head.redirect_headers, "x-linked-etag"));
    }
    if (target_.binding != Binding::etag) return;
    if (!stated_sha_) fail(Kind::file, "does not state the SHA-256 of the file");
    if (stated_sha_ != target_.sha) fail(Kind::file, "has another file: its SHA-256 differs");
}

/// Further ranges are asked for behind the redirect, without what was meant for its server alone.
void RangeConnection::follow(const HttpHead& head) {
    if (head.url.empty() || head.url == current_.url) return;
    if (!same_origin(head.url, current_.url)) current_.headers.clear();
    current_.url = head.url;
}

}  // namespace onnxhub
