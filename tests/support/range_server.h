// SPDX-License-Identifier: Apache-2.0
// Servers on loopback that give parts of files: a Git LFS server with its store, a mirror by path,
// and Hugging Face, whose files are behind a redirect. A test may change any answer.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tests/support/http_server.h"

namespace onnxhub::test {

/// "bytes=5-9" as RFC 9110 wants it answered: 206 with exactly these bytes, a strong ETag and the
/// whole size; 416 behind the end; 200 without a range.
Answer range_answer(const ReceivedRequest& request, const std::string& content,
                    const std::string& etag);

class RangeServer {
public:
    RangeServer();

    // Contents may only be changed between runs.
    /// An object of the Git LFS store; `oid` may be that of other bytes.
    void add_object(const std::string& content) { add_object(sha256_of(content), content); }
    void add_object(const Sha256& oid, const std::string& content);
    /// A file of the mirror at mirror_url(). `etag` has its quotes; "" is the SHA-256.
    void add_file(const std::string& path, const std::string& content, std::string etag = "");
    /// A file of Hugging Face, which states the SHA-256 on its redirect: "NAME.onnx" of the
    /// organization "zoo".
    void add_hugging_face(const std::string& name, const std::string& content);

    /// Changes answers, also to batch requests. Called one request at a time.
    std::function<void(const ReceivedRequest&, Answer&)> twist = {};
    std::chrono::milliseconds delay{0};  ///< before each body

    std::string lfs_url() const { return server_.url("/lfs"); }
    std::string mirror_url() const { return server_.url("/files"); }
    std::string hugging_face() const { return server_.url("/hf"); }
    std::string host() const;  ///< "127.0.0.1:PORT"

    std::vector<ReceivedRequest> requests() const { return server_.requests(); }
    /// Requests to paths that begin so: "/lfs/" are batches, "/store/" objects.
    std::size_t count(const std::string& begin) const;
    /// Bytes that ranges asked for; whole files count with their size.
    std::uint64_t range_bytes() const;

private:
    Answer answer(const ReceivedRequest& request) const;
    Answer plain_answer(const ReceivedRequest& request) const;
    Answer batch(const ReceivedRequest& request) const;

    struct File {
        std::string content;
        std::string etag;
    };
    std::map<std::string, std::string> objects_;
    std::map<std::string, File> files_;
    std::map<std::string, std::string> hugging_face_;
    HttpServer server_;
};

}  // namespace onnxhub::test
