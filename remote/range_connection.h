// SPDX-License-Identifier: Apache-2.0
// Reads parts of one file from a web server with range requests (RFC 9110, 14), and makes sure that
// all of them are of the same file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "http/head_fields.h"
#include "http/http_client.h"
#include "remote/range_failure.h"
#include "remote/transfer_budget.h"

namespace onnxhub {

struct RangeLocation {
    std::string url;                       ///< untrusted
    std::vector<HttpHeader> headers = {};  ///< sent to its origin alone
    /// Asks for another address of the same file, because this one has expired. May be empty.
    std::function<std::optional<RangeLocation>()> refresh = {};
};

/// What binds the bytes of a server to the SHA-256 of a file.
enum class Binding {
    address,  ///< the Git LFS server gave the address for this SHA-256
    etag,     ///< the server states the SHA-256: in its ETag or X-Linked-Etag, as Hugging Face does
    none,     ///< nothing: the result may be shown, and feeds nothing
};

struct RangeTarget {
    RangeLocation location;
    Binding binding = Binding::none;
    std::optional<Sha256> sha = {};                ///< needed unless `binding` is none
    std::optional<std::uint64_t> size_bytes = {};  ///< absent: the server's is taken
};

/// Not thread-safe.
class RangeConnection {
public:
    /// `client` and `budget` must outlive this object. The client has the policy for addresses.
    RangeConnection(HttpClient& client, RangeTarget target, TransferBudget& budget);

    /// The bytes from `begin` to `end`, which is behind the last one. The first request of a file
    /// of unknown size may give fewer. Throws RangeFailure; Interrupted when the user stopped.
    std::string fetch(std::uint64_t begin, std::uint64_t end);

    /// Known after the first request, or given.
    std::optional<std::uint64_t> size_bytes() const { return target_.size_bytes; }
    /// What the server states in its ETag or X-Linked-Etag, after the first request.
    const std::optional<Sha256>& stated_sha() const { return stated_sha_; }

    std::uint64_t bytes() const { return bytes_; }   ///< that arrived in bodies
    unsigned requests() const { return requests_; }  ///< redirects count as one with theirs

private:
    struct Answer;
    Answer request(std::uint64_t begin, std::uint64_t end);
    std::string checked(std::uint64_t begin, std::uint64_t end, Answer answer);
    void check_whole(const std::string& body);
    void check_identity(const HttpHead& head, bool is_whole);
    void check_first(const HttpHead& head);
    void follow(const HttpHead& head);
    bool refresh();
    bool concerns_server(int status) const;
    [[noreturn]] void fail(RangeFailure::Kind kind, const std::string& what) const;

    HttpClient& client_;
    RangeTarget target_;
    TransferBudget& budget_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    RangeLocation current_;  ///< where ranges are asked for: behind redirects
    std::string validator_;  ///< of the first response
    bool has_begun_ = false;
    bool has_refreshed_ = false;
    std::optional<Sha256> stated_sha_;
    std::uint64_t bytes_ = 0;
    unsigned requests_ = 0;
};

}  // namespace onnxhub
