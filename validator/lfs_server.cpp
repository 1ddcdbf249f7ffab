// SPDX-License-Identifier: Apache-2.0
#include "cli/lfs_server.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/interruption.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t lfsconfig_limit = 64 * 1024;  // bytes

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// Whether git's own configuration names the server. The tree's .lfsconfig is untrusted: it may
/// come from a contributor.
bool is_own_server(const std::string& endpoint, LfsConfig config) {
    config.lfsconfig.clear();
    const auto trusted = find_lfs_endpoint(config);
    const auto* own = std::get_if<std::string>(&trusted);
    return own && same_origin(*own, endpoint);
}

/// GITHUB_TOKEN is for github.com only, ONNXHUB_LFS_TOKEN for any server.
std::string token_for(const std::string& endpoint) {
    std::string token = environment("ONNXHUB_LFS_TOKEN");
    if (!token.empty()) return token;
    const bool is_github = host_of(endpoint) == "github.com" && endpoint.starts_with("https://");
    return is_github ? environment("GITHUB_TOKEN") : "";
}

RemoteObjects inconclusive(const std::string& reason) {
    return [reason](const std::vector<LfsObject>& objects) {
        return std::vector<LfsObjectState>(objects.size(),
                                           {LfsObjectState::Kind::inconclusive, 0, reason});
    };
}

LfsConfig config_of(const HubFolder& hub) {
    const GitRepository& repository = *hub.repository;
    LfsConfig config;
    const std::string remote = repository.config_value("remote.lfsdefault").value_or("origin");
    config.remote_name = remote;
    config.lfs_url = repository.config_value("lfs.url");
    config.remote_lfs_url = repository.config_value("remote." + remote + ".lfsurl");
    config.remote_url = repository.config_value("remote." + remote + ".url");
    config.lfsconfig = read_hub_file(*hub.tree, ".lfsconfig", lfsconfig_limit).value_or("");
    return config;
}

}  // namespace

RemoteObjects lfs_server_of(const HubFolder& hub, HttpOptions options) {
    if (!hub.repository) return inconclusive("there is no git repository");
    const LfsConfig config = config_of(hub);
    const auto found = find_lfs_endpoint(config);
    if (const auto* none = std::get_if<NoLfsEndpoint>(&found)) return inconclusive(none->reason);
    const std::string& plain = std::get<std::string>(found);
    const bool is_own = is_own_server(plain, config);
    options.uses_netrc = is_own;
    const auto client = std::make_shared<HttpClient>(std::move(options));
    const std::string endpoint = is_own ? with_token(plain, token_for(plain)) : plain;
    return [client, endpoint](const std::vector<LfsObject>& objects) {
        auto states = ask_lfs_server(*client, endpoint, objects);
        check_interruption();
        return states;
    };
}

}  // namespace onnxhub
