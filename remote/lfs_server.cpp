// SPDX-License-Identifier: Apache-2.0
#include "remote/lfs_server.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/process.h"
#include "base/signals.h"
#include "base/user_error.h"
#include "repository/config_text.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t lfsconfig_limit = 64 * 1024;  // bytes

/// Whether git's own configuration names the server. The tree's .lfsconfig is untrusted: it may
/// come from a contributor.
bool is_own_server(const std::string& endpoint, LfsConfig config) {
    config.tree_lfs_url.reset();
    config.tree_remote_lfs_url.reset();
    const auto trusted = find_lfs_endpoint(config);
    const auto* own = std::get_if<std::string>(&trusted);
    return own && same_origin(*own, endpoint);
}

/// GITHUB_TOKEN is for github.com only, ONNXHUB_LFS_TOKEN for any server.
std::string token_for(const std::string& endpoint) {
    std::string token = environment_value("ONNXHUB_LFS_TOKEN").value_or("");
    if (!token.empty()) return token;
    const bool is_github = host_of(endpoint) == "github.com" && endpoint.starts_with("https://");
    return is_github ? environment_value("GITHUB_TOKEN").value_or("") : "";
}

RemoteObjects unknown_objects(const std::string& reason) {
    return [reason](const std::vector<LfsObject>& objects) {
        return std::vector<LfsObjectState>(objects.size(),
                                           {LfsObjectState::Kind::inconclusive, 0, reason});
    };
}

/// git-lfs reads .lfsconfig at the top of the repository.
std::optional<std::string> read_lfsconfig(const HubFolder& hub, const std::string& file) {
    if (hub.subfolder.empty()) return read_hub_file(*hub.tree, file, lfsconfig_limit);
    const auto top =
        hub.commit ? hub.repository->tree_of(*hub.commit, "") : hub.repository->working_tree("");
    return read_hub_file(*top, file, lfsconfig_limit);
}

void add_lfsconfig(const HubFolder& hub, LfsConfig& config) {
    const std::string file = ".lfsconfig";
    const auto text = read_lfsconfig(hub, file);
    if (!text || text->empty()) return;
    config.tree_lfs_url = config_text_value(*text, "lfs.url", file);
    config.tree_remote_lfs_url =
        config_text_value(*text, "remote." + config.remote_name + ".lfsurl", file);
}

/// Throws UserError when .lfsconfig cannot be read.
LfsConfig config_of(const HubFolder& hub) {
    const GitRepository& repository = *hub.repository;
    LfsConfig config;
    const std::string remote = repository.config_value("remote.lfsdefault").value_or("origin");
    config.remote_name = remote;
    config.lfs_url = repository.config_value("lfs.url");
    config.remote_lfs_url = repository.config_value("remote." + remote + ".lfsurl");
    config.remote_url = repository.config_value("remote." + remote + ".url");
    add_lfsconfig(hub, config);
    return config;
}

}  // namespace

std::variant<HubLfsServer, NoLfsEndpoint> find_lfs_server(const HubFolder& hub) {
    if (!hub.repository) return NoLfsEndpoint{"there is no git repository"};
    LfsConfig config;
    try {
        config = config_of(hub);
    } catch (const UserError& error) {
        return NoLfsEndpoint{error.what()};
    }
    const auto found = find_lfs_endpoint(config);
    if (const auto* none = std::get_if<NoLfsEndpoint>(&found)) return *none;
    const std::string& plain = std::get<std::string>(found);
    const bool is_own = is_own_server(plain, config);
    return HubLfsServer{is_own ? with_token(plain, token_for(plain)) : plain, is_own};
}

RemoteObjects lfs_server_of(const HubFolder& hub, HttpOptions options) {
    const auto found = find_lfs_server(hub);
    if (const auto* none = std::get_if<NoLfsEndpoint>(&found)) return unknown_objects(none->reason);
    const auto& server = std::get<HubLfsServer>(found);
    options.uses_netrc = server.is_own;
    if (server.is_own && options.policy) options.policy->allow_origin_of(server.endpoint);
    const auto client = std::make_shared<HttpClient>(std::move(options));
    return [client, endpoint = server.endpoint](const std::vector<LfsObject>& objects) {
        auto states = ask_lfs_server(*client, endpoint, objects);
        check_interruption();
        return states;
    };
}

}  // namespace onnxhub
