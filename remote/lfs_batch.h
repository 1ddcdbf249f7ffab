// SPDX-License-Identifier: Apache-2.0
// Asks a Git LFS server whether it has objects and where they can be downloaded. Only batch
// requests: no content is downloaded.
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

/// Where the server offers an object, as it says: the address is untrusted.
struct LfsDownload {
    std::string url;
    std::vector<HttpHeader> headers;  ///< to send with the request, such as Authorization

    bool operator==(const LfsDownload&) const = default;
};

struct LfsObjectState {
    enum class Kind {
        present,
        missing,       ///< 404 or 410 for this object
        other_size,    ///< the server's object has another size
        inconclusive,  ///< unknown
    };
    Kind kind = Kind::inconclusive;
    std::uint64_t server_bytes = 0;  ///< for other_size
    std::string reason;              ///< for inconclusive, one clause: "the server is busy (503)"
    std::optional<LfsDownload> download = {};  ///< for present, unless the offer cannot be used

    bool operator==(const LfsObjectState&) const = default;
};

/// What a repository's configuration says about its server. Values are as in git.
struct LfsConfig {
    std::optional<std::string> lfs_url;              ///< lfs.url of git's configuration
    std::optional<std::string> remote_lfs_url;       ///< remote.<name>.lfsurl
    std::optional<std::string> remote_url;           ///< remote.<name>.url
    std::optional<std::string> tree_lfs_url;         ///< lfs.url of the tree's .lfsconfig
    std::optional<std::string> tree_remote_lfs_url;  ///< remote.<name>.lfsurl of .lfsconfig
    std::string remote_name = "origin";
};

struct NoLfsEndpoint {
    std::string reason;  ///< one clause
};

/// The server's address as git-lfs finds it, "https://github.com/onnx/models.git/info/lfs".
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md
std::variant<std::string, NoLfsEndpoint> find_lfs_endpoint(const LfsConfig& config);

/// The address with the token as its password; unchanged without a token.
std::string with_token(const std::string& endpoint, const std::string& token);

/// One state for each object. Each oid is queried once, 100 in a request. After a response that
/// concerns the whole server (401, 429, no network), no further request is sent. `ref` is the
/// branch of the objects, if known: "refs/heads/main".
std::vector<LfsObjectState> ask_lfs_server(HttpClient& client, const std::string& endpoint,
                                           const std::vector<LfsObject>& objects,
                                           const std::optional<std::string>& ref = {});

/// Asks one server: one state for each object.
using RemoteObjects = std::function<std::vector<LfsObjectState>(const std::vector<LfsObject>&)>;

}  // namespace onnxhub
