// SPDX-License-Identifier: Apache-2.0
// `onnxhub trust add|list|remove`: which hubs the user trusts, and by which keys.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/environment.h"
#include "base/escaping.h"
#include "base/terminal_size.h"
#include "base/utc_time.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/key_options.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_pinning.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

struct TrustArguments {
    std::string hub;
    std::optional<std::string> root;
    std::vector<std::string> keys;
    bool has_no_key = false;
    bool allows_expired = false;
    bool is_json = false;
};

TrustStore trust_store() {
    return TrustStore(trust_folder(process_environment));
}

HubClient client_for(const TrustArguments& arguments, const Streams& streams) {
    HubArguments hub;
    hub.hub = arguments.hub;
    return HubClient(client_options(hub, streams));
}

std::string role_text(const char* name, const KeyRole& role) {
    std::string text =
        fmt::format("{} ({} of {} must sign):\n", name, role.threshold, role.keys.size());
    for (const PublicKey& key : role.keys) text += "  " + key.id() + "\n";
    return text;
}

std::string offer_text(const HubOffer& offer) {
    return fmt::format("name: {}\nroot: {}, of {}\n{}{}", shown(offer.root.hub), offer.root.number,
                       utc_date_text(offer.root.issued), role_text("root keys", offer.root.roots),
                       role_text("release keys", offer.root.releases));
}

/// Every answer except "y" means no.
void ask_for_trust(const HubOffer& offer, const std::string& hub, const Streams& streams) {
    if (!streams.err_is_terminal || !is_terminal(StandardStream::input)) {
        throw HubError(HubProblem::untrusted,
                       "there is no terminal on which to ask whether these are the keys of " + hub +
                           "; ask its owner, and name them with --root FILE or --key FILE");
    }
    streams.err << "onnxhub: " << hub << " offers these keys:\n"
                << offer_text(offer)
                << "onnxhub: compare them with those that its owner publishes elsewhere. Trust "
                   "them?[y/n] "
                << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "Y") {
        throw HubError(HubProblem::untrusted, "nothing was recorded; answer y to trust these keys");
    }
}

HubOffer choose_offer(const TrustArguments& arguments, SignedHub& hub, const std::string& name,
                      const Streams& streams) {
    if (arguments.root) {
        return read_offer_after(hub, name, read_file(*arguments.root, root_size_limit),
                                *arguments.root);
    }
    HubOffer offer = read_offer(hub, name);
    if (arguments.keys.empty()) {
        ask_for_trust(offer, name, streams);
        return offer;
    }
    std::vector<PublicKey> keys;
    for (const std::string& file : arguments.keys) keys.push_back(read_public_key(file, streams));
    require_root_keys(offer, keys, name);
    return offer;
}

ExitCode add_trust(const TrustArguments& arguments, const Streams& streams) {
    HubClient client = client_for(arguments, streams);
    const TrustStore store = trust_store();
    if (store.has(client.identities())) {
        throw UserError(client.hub_name() +
                        ": is trusted already; see `onnxhub trust list`, or remove it first with "
                        "`onnxhub trust remove`");
    }
    if (client.is_pin_of_another()) {
        throw UserError(fmt::format(
            "{}: may be a branch of {}, which is pinned; name a branch at which that hub was read, "
            "or remove its pin first with `onnxhub trust remove`",
            client.hub_name(), client.pin_of_user()->hub));
    }
    if (arguments.has_no_key) {
        store.add({client.identities(), client.recorded_name(), seconds_since_1970()});
        note(streams,
             client.hub_name() + ": trusted without a key: the server decides what the hub is");
        return ExitCode::done;
    }
    const auto hub = client.open_signed_hub();
    const HubOffer offer = choose_offer(arguments, *hub, client.name(), streams);
    const TrustRecord record = make_pin(*hub, offer, client, arguments.allows_expired);
    store.add(record);
    write_lines(streams, offer_text({open_root(record.root), record.root}));
    note(streams, client.hub_name() + ": pinned; its manifest is only used with a valid signature");
    return ExitCode::done;
}

JsonValue keys_json(const KeyRole& role) {
    JsonArray keys;
    for (const PublicKey& key : role.keys) keys.push_back(json_string(key.id()));
    return json_object(
        {{"threshold", json_unsigned(role.threshold)}, {"keys", json_array(std::move(keys))}});
}

JsonValue record_json(const TrustRecord& record) {
    JsonObject members{{"hub", json_string(record.hub)},
                       {"identity", json_string(record.identity())},
                       {"added", json_string(utc_time_text(record.added))},
                       {"pinned", json_bool(record.is_pinned())}};
    if (!record.is_pinned()) return json_object(std::move(members));
    const HubRoot root = read_unverified_root(record.root);
    JsonArray seen;
    for (const auto& [ref, statement] : record.seen) {
        seen.push_back(json_object({{"ref", json_string(ref)},
                                    {"version", json_unsigned(statement.version)},
                                    {"manifest", json_string(to_hex(statement.manifest))}}));
    }
    members.push_back({"name", json_string(root.hub)});
    members.push_back({"root", json_unsigned(root.number)});
    members.push_back({"root_keys", keys_json(root.roots)});
    members.push_back({"release_keys", keys_json(root.releases)});
    members.push_back({"allows_expired", json_bool(record.allows_expired)});
    members.push_back({"seen", json_array(std::move(seen))});
    return json_object(std::move(members));
}

std::string record_lines(const TrustRecord& record) {
    std::string text = record.hub;
    if ("file:" + record.hub != record.identity()) text += " (" + record.identity() + ")";
    if (!record.is_pinned()) return text + ": trusted without a key\n";
    const HubRoot root = read_unverified_root(record.root);
    text += fmt::format(": \"{}\", root {}, {} of {} release keys{}\n", root.hub, root.number,
                        root.releases.threshold, root.releases.keys.size(),
                        record.allows_expired ? ", expiry is ignored" : "");
    for (const PublicKey& key : root.releases.keys) text += "  release key " + key.id() + "\n";
    for (const auto& [ref, statement] : record.seen) {
        text += fmt::format("  version {}{}\n", statement.version, ref.empty() ? "" : " of " + ref);
    }
    return text;
}

ExitCode list_trust(const TrustArguments& arguments, const Streams& streams) {
    const auto records = trust_store().all();
    JsonArray hubs;
    std::string text;
    std::vector<std::string> problems;
    for (const auto& either : records) {
        if (const auto* damaged = std::get_if<DamagedRecord>(&either)) {
            problems.push_back(damaged->problem);
            continue;
        }
        const auto& record = std::get<TrustRecord>(either);
        hubs.push_back(record_json(record));
        text += record_lines(record);
    }
    if (arguments.is_json) {
        write_json(streams, json_text(json_array(std::move(hubs))) + "\n");
    } else {
        write_lines(streams, text);
    }
    if (!problems.empty()) throw UserError(problems.front());
    if (records.empty()) {
        note(streams, "no hub is recorded; `onnxhub trust add HUB` pins a signed one");
    }
    return ExitCode::done;
}

/// The names of the record that the user means: also of a hub that is gone.
std::vector<std::string> recorded_names(const std::string& hub, const TrustStore& store) {
    std::string problem = hub + ": is not recorded; see `onnxhub trust list`";
    try {
        auto identities = hub_identities(hub, read_user_config(process_environment));
        if (store.has(identities)) return identities;
    } catch (const UserError& error) {
        problem = error.what();
    }
    // The texts of `trust list`, with absolute paths.
    const std::string place = std::filesystem::absolute(hub).lexically_normal().string();
    for (const auto& either : store.all()) {
        const auto* record = std::get_if<TrustRecord>(&either);
        if (record && (record->hub == hub || record->hub == place || record->identity() == hub)) {
            return record->identities;
        }
    }
    throw UserError(problem);
}

ExitCode remove_trust(const TrustArguments& arguments, const Streams& streams) {
    const TrustStore store = trust_store();
    const std::vector<std::string> names = recorded_names(arguments.hub, store);
    store.remove(names);
    note(streams, names.front() + ": no longer trusted; signatures of this hub are not checked");
    return ExitCode::done;
}

void add_trust_add_command(CLI::App& trust, const std::shared_ptr<TrustArguments>& arguments,
                           Command& chosen) {
    CLI::App* add = trust.add_subcommand(
        "add", "Pin a signed hub: from then on its manifest needs a signature by its keys");
    add->add_option("HUB", arguments->hub, "The hub, as for --hub, or a name of the configuration")
        ->type_name("SPEC")
        ->required();
    CLI::Option* root =
        add->add_option("--root", arguments->root,
                        "Begin with this root file, ONNX_HUB_TRUST/root-N.json, which you have "
                        "from the hub's owner")
            ->type_name("FILE");
    CLI::Option* key =
        add->add_option("--key", arguments->keys,
                        "The hub's newest root must be signed by this public key. May be repeated")
            ->type_name("FILE")
            ->allow_extra_args(false)
            ->excludes(root);
    CLI::Option* expired =
        add->add_flag("--allow-expired", arguments->allows_expired,
                      "Also accept statements that have expired, for hubs that can't be refreshed");
    add->add_flag("--no-key", arguments->has_no_key,
                  "Record consent to downloads without a key, as --trust gives it once")
        ->excludes(root)
        ->excludes(key)
        ->excludes(expired);
    add->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return add_trust(*arguments, streams); };
    });
}

}  // namespace

void add_trust_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<TrustArguments>();
    CLI::App* trust = app.add_subcommand("trust", "Choose the hubs and keys that you trust");
    trust->require_subcommand(1);
    add_trust_add_command(*trust, arguments, chosen);
    CLI::App* list = trust->add_subcommand("list", "List the hubs that you trust, with their keys");
    list->add_flag("--json", arguments->is_json, "Print JSON");
    list->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return list_trust(*arguments, streams); };
    });
    CLI::App* remove = trust->add_subcommand(
        "remove", "Forget a hub: its signatures are no longer checked, and downloads need consent");
    remove->add_option("HUB", arguments->hub, "The hub, as `onnxhub trust list` names it")
        ->type_name("SPEC")
        ->required();
    remove->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return remove_trust(*arguments, streams); };
    });
}

}  // namespace onnxhub
