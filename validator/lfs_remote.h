// SPDX-License-Identifier: Apache-2.0
// Whether a Git LFS server has objects, asked by batch requests alone: no content is downloaded.
// Protocol: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "http/http_client.h"

namespace onnxhub {

struct LfsObject {
    Sha256 oid;
    std::uint64_t size_bytes = 0;

    auto operator<=>(const LfsObject&) const = default;
};

struct LfsObjectState {
    enum class Kind {
        present,
        missing,       ///< 404 or 410 for this very object
        other_size,    ///< the server has an object of this name and another size
        inconclusive,  ///< it could not be found out
    };
    Kind kind = Kind::inconclusive;
    std::uint64_t server_bytes = 0;  ///< for other_size
    std::string reason;              ///< for inconclusive, one clause: "the server is busy (503)"

    bool operator==(const LfsObjectState&) const = default;
};

/// What a repository's configuration says about its server. Values are as git has them.
struct LfsConfig {
    std::optional<std::string> lfs_url;         ///< lfs.url of git's configuration
    std::optional<std::string> remote_lfs_url;  ///< remote.<name>.lfsurl
    std::optional<std::string> remote_url;      ///< remote.<name>.url
    /// Text of the tree's .lfsconfig; may be empty. Only lfs.url and remote.<name>.lfsurl count.
    std::string lfsconfig;
    std::string remote_name = "origin";
};

struct NoLfsEndpoint {
    std::string reason;  ///< one clause
};

/// The server's address as git-lfs finds it, "https://github.com/onnx/models.git/info/lfs".
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
std::variant<std::string, NoLfsEndpoint> find_lfs_endpoint(const LfsConfig& config);

/// The address with a token as its password, for Git hosts of today; unchanged without a token.
std::string with_token(const std::string& endpoint, const std::string& token);

/// One state for each object. An oid is asked about once, 100 in a request. After an answer that
/// concerns the server as a whole (401, 429, no network) nothing more is asked. `ref` is the branch
/// the objects are on, where that is known: "refs/heads/main".
std::vector<LfsObjectState> ask_lfs_server(HttpClient& client, const std::string& endpoint,
                                           const std::vector<LfsObject>& objects,
                                           const std::optional<std::string>& ref = {});

}  // namespace onnxhub
