// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/user_config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <initializer_list>
#include <system_error>
#include <utility>
#include <variant>

#include "base/file_owner.h"
#include "base/toml_problem.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The file's path. With `is_named` the file must exist.
struct ConfigPath {
    fs::path path;
    bool is_named = false;
};

std::optional<ConfigPath> config_path(const Environment& environment) {
    if (const auto file = environment("ONNXHUB_CONFIG")) return ConfigPath{*file, true};
    if (const auto folder = environment("XDG_CONFIG_HOME")) {
        return ConfigPath{fs::path(*folder) / "onnxhub" / "config.toml"};
    }
    if (const auto home = environment("HOME")) {
        return ConfigPath{fs::path(*home) / ".config" / "onnxhub" / "config.toml"};
    }
    return std::nullopt;
}

class ConfigReader {
public:
    explicit ConfigReader(std::string file) : file_(std::move(file)) {}

    UserConfig read(const toml::table& root) {
        allow(root, {"trusted", "mirrors", "caches", "trusted_cache_owners", "endpoints", "network",
                     "hubs"});
        config_.trusted = specs(root, "trusted");
        config_.mirrors = specs(root, "mirrors");
        for (const std::string& cache : texts(root, "caches")) config_.caches.emplace_back(cache);
        if (const toml::node* node = root.get("trusted_cache_owners")) read_owners(*node);
        if (const toml::node* node = root.get("endpoints")) read_endpoints(table(*node));
        if (const toml::node* node = root.get("network")) read_network(table(*node));
        if (const toml::node* node = root.get("hubs")) {
            for (const auto& [name, hub] : table(*node)) read_hub(std::string(name), table(hub));
        }
        return std::move(config_);
    }

private:
    /// Reads names or ids of users.
    void read_owners(const toml::node& node) {
        const toml::array* array = node.as_array();
        if (!array) fail(node, "\"trusted_cache_owners\" is not a list", "write [\"user\"]");
        for (const toml::node& element : *array) {
            const auto* number = element.as_integer();
            const std::string user =
                number ? std::to_string(number->get()) : text(element, "trusted_cache_owners");
            const auto found = find_user(user);
            if (!found) {
                fail(element, fmt::format("\"{}\" is not a user of this system", user),
                     "write a user's name or number");
            }
            config_.trusted_cache_owners.push_back(*found);
        }
    }

    void read_endpoints(const toml::table& table) {
        allow(table, {"github_raw", "github_media", "github_api", "hugging_face"});
        Endpoints& endpoints = config_.endpoints;
        replace_endpoint(endpoints.github_raw, text(table, "github_raw"));
        replace_endpoint(endpoints.github_media, text(table, "github_media"));
        replace_endpoint(endpoints.github_api, text(table, "github_api"));
        replace_endpoint(endpoints.hugging_face, text(table, "hugging_face"));
    }

    void read_network(const toml::table& table) {
        allow(table, {"allow"});
        for (const std::string& host : texts(table, "allow")) {
            const auto allowed = parse_allowed_host(host);
            if (!allowed) {
                fail(*table.get("allow"), fmt::format("\"{}\" is not a host", host),
                     "write \"host\", \"host:port\", \"10.0.0.7\" or \"[fd00::1]:8080\"");
            }
            config_.allowed_hosts.push_back(*allowed);
        }
    }

    void read_hub(const std::string& name, const toml::table& table) {
        allow(table, {"hub", "mirrors", "token_variable", "trusted", "model_keys"});
        if (name.find_first_of("/:") != name.npos) {
            fail(table, "the hub's name \"" + name + "\" contains '/' or ':'", "choose another");
        }
        NamedHub hub;
        const auto spec = text(table, "hub");
        if (!spec)
            fail(table, "hubs." + name + " lacks the key \"hub\"", "add hub = \"https://…\"");
        hub.spec = *spec;
        check_spec(*table.get("hub"), hub.spec);
        hub.mirrors = specs(table, "mirrors");
        hub.token_variable = text(table, "token_variable");
        if (const toml::node* trusted = table.get("trusted")) {
            const auto* truth = trusted->as_boolean();
            if (!truth) fail(*trusted, "\"trusted\" is not true or false", "write true");
            hub.is_trusted = truth->get();
        }
        for (const std::string& file : texts(table, "model_keys")) {
            hub.model_keys.push_back(fs::path(file_).parent_path() / file);
        }
        if (table.contains("model_keys") && hub.model_keys.empty()) {
            fail(*table.get("model_keys"), "\"model_keys\" is empty",
                 "name a file, or remove the key");
        }
        config_.hubs.emplace(name, std::move(hub));
    }

    /// Reports unknown keys, since a misspelled key would have no effect.
    void allow(const toml::table& table, std::initializer_list<std::string_view> keys) const {
        for (const auto& [key, node] : table) {
            if (std::ranges::find(keys, key.str()) != keys.end()) continue;
            fail(node, fmt::format("the key \"{}\" is unknown", key.str()),
                 fmt::format("there are {}", fmt::join(keys, ", ")));
        }
    }

    const toml::table& table(const toml::node& node) const {
        if (const toml::table* table = node.as_table()) return *table;
        fail(node, "is not a table",
             "write it as [hubs.NAME], [endpoints] or [network] with its keys below");
    }

    std::optional<std::string> text(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        return node ? std::optional(text(*node, key)) : std::nullopt;
    }

    std::string text(const toml::node& node, std::string_view key) const {
        const auto* text = node.as_string();
        if (!text || text->get().empty()) {
            fail(node, fmt::format("\"{}\" is not a string", key), "put it in quotes");
        }
        return text->get();
    }

    std::vector<std::string> texts(const toml::table& table, std::string_view key) const {
        const toml::node* node = table.get(key);
        if (!node) return {};
        const toml::array* array = node->as_array();
        if (!array) {
            fail(*node, fmt::format("\"{}\" is not a list", key),
                 fmt::format("write {} = [\"…\"]", key));
        }
        std::vector<std::string> found;
        for (const toml::node& element : *array) found.push_back(text(element, key));
        return found;
    }

    std::vector<std::string> specs(const toml::table& table, std::string_view key) const {
        std::vector<std::string> found = texts(table, key);
        for (const std::string& spec : found) check_spec(*table.get(key), spec);
        return found;
    }

    void check_spec(const toml::node& node, const std::string& spec) const {
        const auto parsed = parse_hub_spec(spec);
        if (const auto* bad = std::get_if<BadHubSpec>(&parsed)) {
            throw UserError(place(node) + ": " + bad->reason);
        }
    }

    std::string place(const toml::node& node) const {
        return fmt::format("{}:{}", file_, node.source().begin.line);
    }

    [[noreturn]] void fail(const toml::node& node, const std::string& what,
                           const std::string& hint) const {
        throw UserError(place(node) + ": " + what + "; " + hint);
    }

    std::string file_;
    UserConfig config_;
};

UserConfig read_config(const ConfigPath& config) {
    std::error_code error;
    if (!config.is_named && !fs::exists(config.path, error)) return {};
    try {
        return ConfigReader(config.path.string()).read(toml::parse_file(config.path.string()));
    } catch (const toml::parse_error& problem) {
        throw UserError(
            fmt::format("{}:{}: {}; correct it, or set ONNXHUB_CONFIG to another "
                        "file",
                        config.path.string(), problem.source().begin.line,
                        toml_problem(problem.description())));
    }
}

}  // namespace

UserConfig read_user_config(const Environment& environment) {
    const auto path = config_path(environment);
    UserConfig config = path ? read_config(*path) : UserConfig{};
    replace_endpoints(config.endpoints, environment);
    return config;
}

AddressPolicy address_policy_of(const UserConfig& config) {
    AddressPolicy policy(config.allowed_hosts);
    const auto allow_hub = [&](const std::string& text) {
        const auto spec = parse_hub_spec(text);
        const auto* hub = std::get_if<HubSpec>(&spec);
        if (hub && hub->kind == HubSpec::Kind::web) policy.allow_origin_of(hub->base_url);
    };
    for (const std::string& mirror : config.mirrors) allow_hub(mirror);
    for (const auto& [name, hub] : config.hubs) {
        allow_hub(hub.spec);
        for (const std::string& mirror : hub.mirrors) allow_hub(mirror);
    }
    const Endpoints& endpoints = config.endpoints;
    for (const std::string& url : {endpoints.github_raw, endpoints.github_media,
                                   endpoints.github_api, endpoints.hugging_face}) {
        policy.allow_origin_of(url);
    }
    return policy;
}

}  // namespace onnxhub
