// SPDX-License-Identifier: Apache-2.0
// `onnxhub completion SHELL`: print the script that completes commands in a shell.
#include "cli/completion_command.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>

#include "cli/command.h"
#include "cli/command_list.h"
#include "cli/completion.h"
#include "cli/hub_options.h"
#include "embedded/completion_bash.h"
#include "embedded/completion_fish.h"
#include "embedded/completion_zsh.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/user_config.h"
#include "repository/reference_names.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

constexpr std::size_t most_refs = 10'000;

/// `read`, or nothing when it fails: a completion has no place for an error.
template <typename Read>
std::vector<std::string> names_or_none(Read read) {
    try {
        return read();
    } catch (const std::exception&) {
        return {};
    }
}

std::vector<std::string> sorted(const std::set<std::string>& names) {
    return {names.begin(), names.end()};
}

/// Names from the cached copy of a hub's manifest, the repository here, and the user's
/// configuration.
class NamesOnThisMachine : public CompletionNames {
public:
    std::vector<std::string> models(const std::optional<std::string>& hub) override {
        return names_or_none([&] {
            std::set<std::string> names;
            read_entries(hub, [&](const Entry& entry) { names.insert(entry.model); });
            return sorted(names);
        });
    }
    std::vector<std::string> tags(const std::optional<std::string>& hub) override {
        return names_or_none([&] {
            std::set<std::string> names;
            read_entries(hub, [&](const Entry& entry) {
                names.insert(entry.tags.begin(), entry.tags.end());
            });
            return sorted(names);
        });
    }
    std::vector<std::string> hubs() override {
        return names_or_none([] {
            std::vector<std::string> names;
            for (const auto& [name, hub] : read_user_config(process_environment).hubs) {
                names.push_back(name);
            }
            return names;
        });
    }
    std::vector<std::string> refs() override {
        return names_or_none([] {
            const auto repository = GitRepository::find(".");
            return repository ? reference_names(*repository, most_refs)
                              : std::vector<std::string>{};
        });
    }
    std::vector<std::string> rules() override {
        std::vector<std::string> names;
        for (const RuleInfo& rule : all_rules()) names.emplace_back(rule.id);
        for (const std::string_view family : rule_families()) names.emplace_back(family);
        return names;
    }

private:
    static void read_entries(const std::optional<std::string>& hub,
                             const std::function<void(const Entry&)>& read) {
        ClientOptions options;
        if (hub) options.hub = *hub;
        options.is_offline = true;
        HubClient(std::move(options)).for_each_entry([&](const ManifestEntry& entry) {
            read(*entry.entry);
            return true;
        });
    }
};

ExitCode print_script(const std::string& shell, const Streams& streams) {
    const std::map<std::string_view, std::string_view> scripts = {
        {"bash", embedded::completion_bash},
        {"fish", embedded::completion_fish},
        {"zsh", embedded::completion_zsh}};
    write_result(streams, std::string(scripts.at(shell)));
    return ExitCode::done;
}

}  // namespace

ExitCode print_completions(const std::vector<std::string>& words, std::ostream& out) {
    NamesOnThisMachine names;
    out << to_text(complete(describe_program(), words, names)) << std::flush;
    return ExitCode::done;
}

void add_completion_command(CLI::App& app, Command& chosen) {
    auto shell = std::make_shared<std::string>();
    CLI::App* command =
        app.add_subcommand("completion", "Print the script that completes commands in a shell");
    command->add_option("SHELL", *shell, "The shell")
        ->option_text("bash|fish|zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "fish", "zsh"}));
    command->callback([shell, &chosen] {
        chosen = [shell](const Streams& streams) { return print_script(*shell, streams); };
    });
}

}  // namespace onnxhub
