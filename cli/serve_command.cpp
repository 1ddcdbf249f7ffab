// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve`: serve a hub over HTTP.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/process_limits.h"
#include "base/signals.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "hosting/export/catalog.h"
#include "hosting/export/graph_files.h"
#include "hosting/server/allowed_hosts.h"
#include "hosting/server/hub_server.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_folder.h"
#include "repository/hub_location.h"
#include "trust/hub_statement.h"

namespace onnxhub {
namespace {

constexpr std::chrono::seconds longest_drain{30};

struct ServeArguments {
    std::string location;
    std::string bind = "127.0.0.1";
    std::uint16_t port = 8080;
    std::optional<std::string> tls_certificate;
    std::optional<std::string> tls_key;
    std::optional<std::string> token_file;
    std::optional<std::string> access_log;
    std::optional<std::string> name;
    HubAccess access;
    bool any_owner = false;
    std::vector<std::string> host_names;
    bool is_public = false;
    std::uint64_t memory_mib = 128;
    std::uint64_t disk_mib = 1024;
    std::uint64_t index_mib = 256;
    unsigned connections = 8192;
    unsigned connections_per_address = 4096;
    unsigned idle_seconds = 30;
    unsigned threads = 0;
};

constexpr std::uint64_t credentials_limit = std::uint64_t{1} << 20;  // bytes, of one file

/// The first line of --token-file, or ONNXHUB_SERVE_TOKEN.
std::optional<std::string> read_token(const ServeArguments& arguments) {
    if (!arguments.token_file) return process_environment("ONNXHUB_SERVE_TOKEN");
    const std::string text = read_file(*arguments.token_file, credentials_limit);
    const std::string token = text.substr(0, text.find_first_of("\r\n"));
    if (token.empty()) {
        throw UserError(*arguments.token_file + ":1: has no token; write one there");
    }
    return token;
}

/// Writes to standard error or a file. SIGHUP reopens the file, so that logs can be rotated.
class AccessLog {
public:
    AccessLog(const ServeArguments& arguments, const Streams& streams)
        : path_(arguments.access_log), streams_(streams) {
        reopen();
    }

    /// Throws UserError on failure; then the previous file stays open.
    void reopen() {
        if (!path_) return;
        std::ofstream file(*path_, std::ios::app);
        if (!file) throw UserError(*path_ + ": can't be written; name another --access-log");
        const std::lock_guard lock(mutex_);
        file_ = std::move(file);
    }

    void write(const std::string& line) {
        const std::lock_guard lock(mutex_);
        if (path_) {
            file_ << line << '\n' << std::flush;
        } else if (!streams_.options.quiet) {
            streams_.err << line << '\n' << std::flush;
        }
    }

private:
    std::optional<std::string> path_;
    const Streams& streams_;
    std::mutex mutex_;
    std::ofstream file_;
};

/// The catalog page and its files; empty for a hub without a readable manifest.
std::map<std::string, std::string> page_files(const ServeArguments& arguments) {
    const std::string& location = arguments.location;
    try {
        const LocalHub hub(location);
        const auto folder = std::filesystem::weakly_canonical(locate_hub(location).folder);
        CatalogFacts facts = facts_of(
            hub.tree(), read_manifest(hub.manifest(), hub.manifest_name()), folder.filename());
        if (arguments.name) facts.name = *arguments.name;
        facts.history = hub_history(location);
        facts.has_graphs = true;
        facts.without_graph = facts.elsewhere;
        facts.signing = signing_files_of(hub.tree(), hub.manifest()).facts;
        return catalog_files(facts);
    } catch (const UserError&) {
        return {};
    }
}

/// Describes models of the hub as they are asked for.
ModelGraphSource graph_source(const ServeArguments& arguments) {
    const auto models = std::make_shared<ModelsByDigest>(
        [location = arguments.location] { return LocalHub(location).manifest(); });
    return [models](const std::string& sha256, const std::string& manifest_etag,
                    const OpenModel& open) -> std::optional<std::string> {
        for (const std::string& path : models->paths_of(sha256, manifest_etag)) {
            if (const auto model = open(path)) return packed_graph(*model);
        }
        return std::nullopt;
    };
}

/// Refuses files without PEM: an empty identity would mean plain http.
std::string read_pem(const std::string& path) {
    const std::string text = read_file(path, credentials_limit);
    if (text.find("-----BEGIN ") == text.npos) {
        throw UserError(path + ": is not a PEM file; name PEM files for certificate and key");
    }
    return text;
}

/// Names without ports and in lower case. Throws UserError for an invalid name.
std::vector<std::string> host_names(const ServeArguments& arguments) {
    std::vector<std::string> names;
    for (const std::string& name : arguments.host_names) {
        auto host = requested_host(name);
        if (!host) {
            throw UserError("command line: --host-name " + name +
                            " is not a host name; write it as in \"hub.example\"");
        }
        names.push_back(*std::move(host));
    }
    return names;
}

ServerOptions server_options(const ServeArguments& arguments) {
    ServerOptions options;
    options.bind_address = arguments.bind;
    options.port = arguments.port;
    if (arguments.tls_certificate) {
        options.identity =
            TlsIdentity{read_pem(*arguments.tls_certificate), read_pem(*arguments.tls_key)};
    }
    options.page_files = [arguments] { return page_files(arguments); };
    options.model_graph = graph_source(arguments);
    options.token = read_token(arguments);
    if (options.token && arguments.is_public) {
        throw UserError(
            "ONNXHUB_SERVE_TOKEN: a hub with a token is not public; leave out --public");
    }
    options.host_names = host_names(arguments);
    options.is_public = arguments.is_public;
    options.page_policy = catalog_policy();
    options.sign_in_page = catalog_page_without_facts();
    options.memory_bytes = arguments.memory_mib << 20;
    options.disk_bytes = arguments.disk_mib << 20;
    options.index.memory_bytes = arguments.index_mib << 20;
    options.index.statement_path = "/" + std::string(hub_statement_name);
    options.connections = arguments.connections;
    options.connections_per_address = arguments.connections_per_address;
    options.idle_time = std::chrono::seconds(arguments.idle_seconds);
    options.threads = arguments.threads;
    return options;
}

/// Each connection needs two open files: its socket and the file that it sends. Services start with
/// a soft limit of 1,024 and may raise it (systemd.exec(5), LimitNOFILE).
void allow_files_of(unsigned connections) {
    constexpr std::uint64_t others = 256;  // for git, logs and the server itself
    allow_open_files(std::uint64_t{2} * connections + others);
}

void note_what_is_served(ServedHub& hub, const ServeArguments& arguments, const Streams& streams) {
    const bool is_tracked_only = hub.is_tracked_only();
    note(streams, "serving " + arguments.location +
                      (is_tracked_only ? " (files that git tracks)" : "") +
                      "; press Ctrl-C to stop");
    const Served manifest = hub.open("/ONNX_HUB_MANIFEST.json");
    if (std::holds_alternative<ServedFile>(manifest)) return;
    if (is_tracked_only && std::filesystem::exists(std::filesystem::path(arguments.location) /
                                                   "ONNX_HUB_MANIFEST.json")) {
        return note(streams,
                    "git does not track ONNX_HUB_MANIFEST.json, which clients ask for first; add "
                    "it with `git add`, or serve untracked files too with --untracked");
    }
    note(streams,
         "there is no ONNX_HUB_MANIFEST.json, which clients ask for first; "
         "write it with `onnxhub generate`");
}

/// Waits until all responses are sent, for at most half a minute or until a second stop signal.
void drain(HubServer& server, const AwaitedSignals& signals) {
    const auto deadline = std::chrono::steady_clock::now() + longest_drain;
    server.begin_drain();
    while (!server.is_drained() && std::chrono::steady_clock::now() < deadline) {
        const auto signal = signals.wait_for(std::chrono::milliseconds(20));
        if (signal && *signal == AwaitedSignals::Signal::stop) return;
    }
}

ExitCode run_serve(const ServeArguments& arguments, const Streams& streams) {
    ignore_broken_pipes();
    allow_files_of(arguments.connections);
    const AwaitedSignals signals;
    AccessLog access_log(arguments, streams);
    if (arguments.any_owner) accept_repositories_of_all_users();
    ServedHub hub(arguments.location, arguments.access);
    ServerOptions options = server_options(arguments);
    const bool has_log = arguments.access_log || !streams.options.quiet;
    if (has_log) options.log = [&](const std::string& line) { access_log.write(line); };
    HubServer server(hub, std::move(options));
    write_result(streams, server.url() + "\n");
    note_what_is_served(hub, arguments, streams);
    while (signals.wait() == AwaitedSignals::Signal::reload) {
        try {
            access_log.reopen();
            hub.reload();
            server.reload(server_options(arguments));
            note(streams, "reloaded");
        } catch (const UserError& error) {
            note(streams, std::string("not reloaded: ") + error.what());
        }
    }
    drain(server, signals);
    return ExitCode::done;
}

}  // namespace

namespace {

void add_access_options(CLI::App& command, ServeArguments& arguments) {
    HubAccess& access = arguments.access;
    command.add_flag(
        "--untracked", access.untracked,
        "Also serve files of a working tree that git does not track, including ignored ones");
    command.add_flag("--any-owner", arguments.any_owner,
                     "Also serve a repository that belongs to another user");
    CLI::Option* history =
        command.add_flag("--history", access.history,
                         "Serve every commit of the served ref by its hash, not only the last one");
    CLI::Option* all_refs =
        command.add_flag("--all-refs", access.all_refs, "Serve all branches and tags");
    command
        .add_flag("--only-ref", access.only_ref,
                  "Serve the ref named in DIR:ref only by its name, not by its commit's hash")
        ->excludes(history)
        ->excludes(all_refs);
    command
        .add_option("--host-name", arguments.host_names,
                    "Accept requests for this host name of a private hub. May be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command
        .add_flag("--public", arguments.is_public,
                  "Let pages of all web sites read the hub (CORS), and accept any host name")
        ->excludes(command.get_option("--token-file"));
}

}  // namespace

void add_serve_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ServeArguments>();
    CLI::App* command = app.add_subcommand("serve", "Serve a hub over HTTP");
    command
        ->add_option("DIR", arguments->location,
                     "Serve this hub: a directory, or a repository (also bare) with :ref (default: "
                     "the hub that "
                     "contains the current directory)")
        ->option_text("[DIR[:ref]]");
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--bind", arguments->bind, "ADDRESS", "Listen on this IP address (default: 127.0.0.1)");
    option("--port", arguments->port, "N",
           "Listen on this port; 0 selects a free one (default: 8080)");
    CLI::Option* certificate = option("--tls-cert", arguments->tls_certificate, "FILE",
                                      "Serve https with this certificate chain (PEM)");
    certificate->needs(option("--tls-key", arguments->tls_key, "FILE",
                              "Use this private key (PEM) of the certificate")
                           ->needs(certificate));
    option("--token-file", arguments->token_file, "FILE",
           "Require the token in this file's first line (or in ONNXHUB_SERVE_TOKEN)");
    option("--access-log", arguments->access_log, "FILE",
           "Log requests to this file in Combined Log Format (default: standard error)");
    option("--name", arguments->name, "TEXT",
           "Set the title of the catalog page (default: that of the hub's README, or DIR's name)");
    add_access_options(*command, *arguments);
    constexpr unsigned most = 1'000'000;
    option("--connections", arguments->connections, "N",
           "Accept at most N connections at a time (default: 8192)")
        ->check(CLI::Range(1u, most));
    option("--connections-per-address", arguments->connections_per_address, "N",
           "Accept at most N connections at a time from one address (default: 4096)")
        ->check(CLI::Range(1u, most));
    option("--idle-seconds", arguments->idle_seconds, "N",
           "Close idle connections after N seconds; a request's head may take four times as long "
           "(default: 30)")
        ->check(CLI::Range(1u, most));
    option("--threads", arguments->threads, "N", "Use N threads (default: one per core)");
    option("--memory", arguments->memory_mib, "MIB",
           "Use at most this memory for content in transfer (default: 128)")
        ->check(CLI::Range(16u, most));
    option("--disk", arguments->disk_mib, "MIB",
           "Use at most this disk space for temporary copies of git objects (default: 1024)")
        ->check(CLI::Range(64u, most));
    option("--index-memory", arguments->index_mib, "MIB",
           "Use at most this memory for the index of a large manifest; 0: make no index (default: "
           "256)")
        ->check(CLI::Range(0u, most));
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->location, streams);
            return run_serve(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
