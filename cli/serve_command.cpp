// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve`: a hub over HTTP.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/hub_folder.h"
#include "cli/hub_options.h"
#include "cli/job.h"
#include "hosting/export/catalog.h"
#include "hosting/server/hub_server.h"
#include "manifest/environment_error.h"
#include "repository/hub_location.h"

namespace onnxhub {
namespace {

constexpr std::chrono::seconds longest_drain{30};

struct Arguments {
    std::string location = ".";
    std::string bind = "127.0.0.1";
    std::uint16_t port = 8080;
    std::optional<std::string> tls_certificate;
    std::optional<std::string> tls_key;
    std::optional<std::string> token_file;
    std::optional<std::string> access_log;
    unsigned connections = 8192;
    unsigned connections_per_address = 4096;
    unsigned idle_seconds = 30;
    unsigned threads = 0;
};

/// The first line of the file, or the variable.
std::optional<std::string> read_token(const Arguments& arguments) {
    if (!arguments.token_file) return process_environment("ONNXHUB_SERVE_TOKEN");
    const std::string text = read_disk_file(*arguments.token_file);
    const std::string token = text.substr(0, text.find_first_of("\r\n"));
    if (token.empty()) {
        throw EnvironmentError(*arguments.token_file + ":1: holds no token; write one there");
    }
    return token;
}

/// Signals that this command waits for; the server's threads must not get them.
class Signals {
public:
    Signals() {
        sigemptyset(&set_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }

    int wait() const {
        int signal = 0;
        while (sigwait(&set_, &signal) != 0) {
        }
        return signal;
    }

private:
    sigset_t set_ = {};
};

/// Standard error, or a file that may be moved away: SIGHUP opens it anew.
class AccessLog {
public:
    AccessLog(const Arguments& arguments, const Streams& streams)
        : path_(arguments.access_log), streams_(streams) {
        reopen();
    }

    void reopen() {
        if (!path_) return;
        file_.close();
        file_.clear();
        file_.open(*path_, std::ios::app);
        if (!file_)
            throw EnvironmentError(*path_ + ": can't be written; name another --access-log");
    }

    void write(const std::string& line) {
        if (path_) {
            file_ << line << '\n' << std::flush;
        } else if (!streams_.options.quiet) {
            streams_.err << line << '\n' << std::flush;
        }
    }

private:
    std::optional<std::string> path_;
    const Streams& streams_;
    std::ofstream file_;
};

/// The catalog page, with what can be read of the hub now; a hub without a manifest has none yet.
std::string index_page(const std::string& location) {
    try {
        const LocalHub hub(location);
        const auto folder = std::filesystem::weakly_canonical(locate_hub(location).folder);
        return catalog_page(facts_of(hub.tree(), read_manifest(hub.manifest(), hub.manifest_name()),
                                     folder.filename()));
    } catch (const EnvironmentError&) {
        return "";
    }
}

ServerOptions server_options(const Arguments& arguments) {
    if (arguments.tls_certificate.has_value() != arguments.tls_key.has_value()) {
        throw EnvironmentError("command line: --tls-cert and --tls-key belong together");
    }
    ServerOptions options;
    options.bind_address = arguments.bind;
    options.port = arguments.port;
    if (arguments.tls_certificate) {
        options.tls_certificate = read_disk_file(*arguments.tls_certificate);
        options.tls_key = read_disk_file(*arguments.tls_key);
    }
    options.index_page = index_page(arguments.location);
    options.token = read_token(arguments);
    options.connections = arguments.connections;
    options.connections_per_address = arguments.connections_per_address;
    options.idle_time = std::chrono::seconds(arguments.idle_seconds);
    options.threads = arguments.threads;
    return options;
}

/// A connection is an open file, and so is what it sends. Services start with a soft limit of 1,024
/// and may raise it (systemd.exec(5), LimitNOFILE).
void allow_open_files(unsigned connections) {
    constexpr rlim_t others = 256;  // of git, logs and the server itself
    rlimit limit = {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t wanted = std::min(limit.rlim_max, rlim_t{2} * connections + others);
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    signal(SIGPIPE, SIG_IGN);
    allow_open_files(arguments.connections);
    const Signals signals;
    AccessLog access_log(arguments, streams);
    ServedHub hub(arguments.location);
    const auto start = [&](std::uint16_t port) {
        ServerOptions options = server_options(arguments);
        options.port = port;
        const bool has_log = arguments.access_log || !streams.options.quiet;
        if (has_log) options.log = [&](const std::string& line) { access_log.write(line); };
        return std::make_unique<HubServer>(hub, std::move(options));
    };
    std::unique_ptr<HubServer> server = start(arguments.port);
    write_result(streams, server->url() + "\n");
    note(streams, "serving " + arguments.location + "; Ctrl-C ends it");
    while (signals.wait() == SIGHUP) {
        // A server with the new certificate and token takes over before the old one goes.
        try {
            access_log.reopen();
            hub.reload();
            auto next = start(server->port());
            server->drain(longest_drain);
            server = std::move(next);
            note(streams, "reloaded");
        } catch (const EnvironmentError& error) {
            note(streams, std::string("not reloaded: ") + error.what());
        }
    }
    server->drain(longest_drain);
    return ExitCode::done;
}

}  // namespace

void add_serve_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("serve", "Serves a hub over HTTP");
    command
        ->add_option("DIR", arguments->location,
                     "A folder, or a repository (bare too) with :ref (default: .)")
        ->option_text("[DIR[:ref]]");
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--bind", arguments->bind, "ADDRESS", "IP address to listen on (default: 127.0.0.1)");
    option("--port", arguments->port, "N", "Port, 0 for any that is free (default: 8080)");
    option("--tls-cert", arguments->tls_certificate, "FILE", "Certificate chain (PEM), for https");
    option("--tls-key", arguments->tls_key, "FILE", "Its private key (PEM)");
    option("--token-file", arguments->token_file, "FILE",
           "Ask for the token in this file's first line (or in ONNXHUB_SERVE_TOKEN)");
    option("--access-log", arguments->access_log, "FILE",
           "Log of requests in Combined Log Format (default: standard error)");
    option("--connections", arguments->connections, "N", "At the same time (default: 8192)");
    option("--connections-per-address", arguments->connections_per_address, "N",
           "At the same time from one address (default: 4096)");
    option("--idle-seconds", arguments->idle_seconds, "N",
           "After which a silent connection is closed (default: 30)");
    option("--threads", arguments->threads, "N", "Threads (default: one per core)");
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
