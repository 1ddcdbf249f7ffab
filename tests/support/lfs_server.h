// SPDX-License-Identifier: Apache-2.0
// A Git LFS server on loopback for the real git-lfs: objects by their oid, over the batch API and
// its basic transfers: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/http_server.h"

namespace onnxhub::test {

class LfsServer {
public:
    LfsServer();

    // Objects may only be changed between runs.
    void add(const std::string& content);
    void remove(const std::string& content);
    /// Serves these bytes instead of the content, under its oid.
    void falsify(const std::string& content, const std::string& bytes);

    std::string url() const { return server_.url("/lfs"); }

    /// The oids that were downloaded, in order.
    std::vector<std::string> downloaded() const;

private:
    Answer answer(const ReceivedRequest& request) const;

    std::map<std::string, std::string> objects_;
    HttpServer server_;
};

}  // namespace onnxhub::test
