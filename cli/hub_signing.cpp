// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_signing.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/decimal.h"
#include "base/environment.h"
#include "base/escaping.h"
#include "base/utc_time.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/inspect_source.h"
#include "cli/interruption.h"
#include "cli/key_options.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/signed_manifest.h"
#include "hosting/client/user_config.h"
#include "hosting/scaffold/file_transaction.h"
#include "hosting/scaffold/signed_hub.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_location.h"
#include "trust/hub_verification.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t seconds_of_hour = 60 * 60;
constexpr std::int64_t default_lifetime = 90 * 24 * seconds_of_hour;
constexpr std::int64_t longest_lifetime = 3650 * 24 * seconds_of_hour;

std::vector<PrivateKey> signing_keys(const std::vector<std::string>& files,
                                     const Streams& streams) {
    std::vector<PrivateKey> keys;
    for (const std::string& file : files) keys.push_back(read_private_key(file, streams));
    if (keys.empty()) keys.push_back(read_private_key(std::nullopt, streams));
    return keys;
}

/// A key to remove is a file, or the beginning of its id.
std::string key_id(const std::string& named, const Streams& streams) {
    const bool is_id =
        named.find_first_not_of("0123456789abcdef") == named.npos && !fs::exists(named);
    return is_id ? named : read_public_key(named, streams).id();
}

RoleChange role_change(const std::vector<std::string>& added,
                       const std::vector<std::string>& removed,
                       const std::optional<std::size_t>& threshold, const Streams& streams) {
    RoleChange change;
    for (const std::string& file : added) change.added.push_back(read_public_key(file, streams));
    for (const std::string& named : removed) change.removed.push_back(key_id(named, streams));
    change.threshold = threshold;
    return change;
}

RootRequest root_request(const HubSigningArguments& arguments, std::int64_t now,
                         const Streams& streams) {
    RootRequest request;
    request.roots = role_change(arguments.added_root_keys, arguments.removed_root_keys,
                                arguments.threshold, streams);
    request.releases = role_change(arguments.added_release_keys, arguments.removed_release_keys,
                                   arguments.release_threshold, streams);
    request.issued = now;
    if (arguments.lifetime_seconds) request.expires = now + *arguments.lifetime_seconds;
    return request;
}

SignedHubFile signed_file(const HubSigningArguments& arguments, const HubFolder& hub,
                          const Streams& streams) {
    const std::int64_t now = seconds_since_1970();
    const std::vector<PrivateKey> keys = signing_keys(arguments.keys, streams);
    if (arguments.is_first) {
        return start_signed_hub(hub, *arguments.hub_name, root_request(arguments, now, streams),
                                keys);
    }
    if (arguments.is_root) {
        return arguments.is_cosigning
                   ? cosign_hub_root(hub, keys)
                   : sign_hub_root(hub, root_request(arguments, now, streams), keys);
    }
    if (arguments.is_cosigning) return cosign_hub(hub, now, keys);
    StatementOptions options;
    options.now = now;
    options.lifetime_seconds = arguments.lifetime_seconds.value_or(default_lifetime);
    options.least_version = arguments.least_version;
    options.has_index = arguments.has_index;
    options.branch = arguments.has_no_branch ? std::optional<std::string>("") : arguments.branch;
    if (arguments.output) {
        const fs::path present = fs::path(*arguments.output) / std::string(hub_statement_name);
        auto text = read_file_if_possible(present, statement_size_limit);
        if (text) options.earlier.push_back(std::move(*text));
    }
    return sign_hub(hub, options, keys);
}

void print_signed_file(const SignedHubFile& made, const std::string& path, const Streams& streams) {
    write_paths(streams, {path});
    for (const std::string& line : made.notes) note(streams, line);
}

/// Into another directory: the hub is a revision, or the user wants so.
ExitCode sign_elsewhere(const HubSigningArguments& arguments, const HubLocation& location,
                        const Streams& streams) {
    const auto revision = location.reads_commit ? std::optional(location.ref) : std::nullopt;
    const HubFolder hub = open_hub(location.folder, revision);
    const SignedHubFile made = signed_file(arguments, hub, streams);
    const fs::path path = fs::path(*arguments.output) / made.file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    write_file_atomically(path, made.file.text);
    print_signed_file(made, path.string(), streams);
    return ExitCode::done;
}

/// What a user sees of keys: their ids, and how many must sign.
void add_role(std::string& text, const std::string& name, const KeyRole& role) {
    text += fmt::format("{} keys ({} of {} must sign):\n", name, role.threshold, role.keys.size());
    for (const PublicKey& key : role.keys) text += "  " + key.id() + "\n";
}

std::string verified_text(const VerifiedHub& verified) {
    const HubStatement& statement = verified.statement;
    std::string text = fmt::format("hub: {}\nversion: {}\n", statement.hub, statement.version);
    if (!statement.branch.empty()) text += fmt::format("branch: {}\n", statement.branch);
    text += fmt::format("signed: {}\nexpires: {}\nroot: {}\n", utc_time_text(statement.issued),
                        utc_time_text(statement.expires), verified.root.number);
    add_role(text, "root", verified.root.roots);
    add_role(text, "release", verified.root.releases);
    return text;
}

KnownOfHub known_of_hub(const HubVerificationArguments& arguments, const Streams& streams) {
    if (arguments.key) return read_public_key(*arguments.key, streams);
    if (arguments.root) return read_file(*arguments.root, root_size_limit);
    return std::monostate();
}

void print_verified(const HubVerificationArguments& arguments, const ShownHub& shown_hub,
                    const Streams& streams) {
    const auto checked = [&] {
        try {
            return verify_hub(shown_hub, known_of_hub(arguments, streams), seconds_since_1970());
        } catch (const Refused& error) {
            throw UserError(arguments.location + ": " + error.what());
        }
    }();
    if (const auto* refusal = std::get_if<HubRefusal>(&checked)) {
        throw UserError(arguments.location + ": " + refusal->reason);
    }
    write_lines(streams, verified_text(std::get<VerifiedHub>(checked)));
    if (arguments.key || arguments.root) {
        note(streams, "verified: the manifest is the signed one");
        return;
    }
    warn(
        streams,
        "the statement and the roots fit together, but nothing says that these are the owner's "
        "keys; compare their ids with those that the owner publishes elsewhere, or name a key with "
        "--key or a root with --root");
}

ExitCode verify_content(const HubVerificationArguments& arguments, const HubFolder& hub,
                        const std::string& manifest, const Streams& streams) {
    HubPrinter printer(streams);
    const ContentComparison compared =
        compare_with_manifest(hub, read_manifest(manifest, std::string(manifest_file_name)),
                              &printer.progress(), arguments.jobs);
    printer.progress().finish();
    std::string text;
    for (const FileDifference& difference : compared.differences) {
        text += to_text(difference) + "\n";
    }
    write_lines(streams, text);
    if (compared.pointers > 0) {
        warn(streams,
             fmt::format(
                 "{} of {} files are only pointers here: the pointers name the listed SHA-256, "
                 "and no content was read; fetch it with `git lfs pull`",
                 compared.pointers, compared.files));
    }
    if (compared.elsewhere > 0) {
        warn(streams, fmt::format("{} of the files are not in the hub, and were not checked",
                                  compared.elsewhere));
    }
    if (compared.differences.empty()) {
        const std::size_t read = compared.files - compared.pointers;
        note(streams,
             fmt::format("the content of {} file{} is the listed one", read, read == 1 ? "" : "s"));
        return ExitCode::done;
    }
    print_error(streams.err,
                fmt::format("{}: {} of {} files differ from the manifest", arguments.location,
                            compared.differences.size(), compared.files));
    return ExitCode::findings;
}

ExitCode verify_local(const HubVerificationArguments& arguments, const Streams& streams) {
    const HubLocation location = locate_hub(arguments.location);
    const auto revision = location.reads_commit ? std::optional(location.ref) : std::nullopt;
    const HubFolder hub = open_hub(location.folder, revision);
    const auto manifest =
        read_hub_file(*hub.tree, std::string(manifest_file_name), json_size_limit);
    if (!manifest) {
        throw UserError(arguments.location + ": has no " + std::string(manifest_file_name) +
                        "; name the top directory of a hub, or a file with --signature to verify "
                        "a model");
    }
    print_verified(arguments,
                   {sha256_of(*manifest),
                    read_hub_file(*hub.tree, std::string(hub_statement_name), statement_size_limit),
                    branch_of(hub), roots_in(*hub.tree)},
                   streams);
    if (!arguments.checks_content) return ExitCode::done;
    return verify_content(arguments, hub, *manifest, streams);
}

ExitCode verify_published(const HubVerificationArguments& arguments, const Streams& streams) {
    HubArguments hub;
    hub.hub = arguments.location;
    HubClient client(client_options(hub, streams));
    const auto files = client.open_signed_hub();
    SignedManifest pair = read_unverified_pair(*files);
    print_verified(arguments,
                   {pair.manifest.bytes->digest(), std::move(pair.statement), "",
                    [&](std::uint64_t number) { return files->read_root(number); }},
                   streams);
    return ExitCode::done;
}

}  // namespace

ExitCode sign_whole_hub(const HubSigningArguments& arguments, const Streams& streams) {
    const HubLocation location = locate_hub(arguments.location);
    if (arguments.output) return sign_elsewhere(arguments, location, streams);
    if (location.reads_commit) {
        throw UserError("command line: " + arguments.location +
                        " is a revision, which can't be changed; write the statement to a "
                        "directory with --output DIR");
    }
    HubPrinter printer(streams);
    const HubLock lock = lock_hub(location.folder, printer);
    FileTransaction change(location.folder, check_interruption, &lock);
    const HubFolder hub = open_hub(location.folder, std::nullopt);
    change.watch(std::string(manifest_file_name));
    const SignedHubFile made = signed_file(arguments, hub, streams);
    change.stage_text(made.file.path, made.file.text);
    change.apply();
    change.keep();
    print_signed_file(made, made.file.path, streams);
    return ExitCode::done;
}

ExitCode verify_whole_hub(const HubVerificationArguments& arguments, const Streams& streams) {
    if (!is_url(arguments.location)) return verify_local(arguments, streams);
    if (!arguments.checks_content) return verify_published(arguments, streams);
    throw UserError(
        "command line: --content needs a hub on this disk; clone or mirror the hub first");
}

std::int64_t parse_lifetime(const std::string& text) {
    const auto number =
        text.empty()
            ? std::nullopt
            : parse_decimal<std::uint32_t>(std::string_view(text).substr(0, text.size() - 1));
    const std::int64_t unit = text.ends_with('d')   ? 24 * seconds_of_hour
                              : text.ends_with('h') ? seconds_of_hour
                                                    : 0;
    const std::int64_t seconds = number ? *number * unit : 0;
    if (seconds >= seconds_of_hour && seconds <= longest_lifetime) return seconds;
    throw CLI::ValidationError("--expires",
                               "\"" + text + "\" is not a time such as 90d or 12h, up to 3650d");
}

}  // namespace onnxhub
