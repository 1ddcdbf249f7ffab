// SPDX-License-Identifier: Apache-2.0
#include "cli/command_description.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {
namespace {

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

/// What --help shows behind the names: the text of its own, or the type.
std::string value_of(const CLI::Option& option) {
    if (!option.get_option_text().empty()) return option.get_option_text();
    if (option.get_positional()) return option.get_name(true);
    if (option.get_expected_max() == 0) return "";  // a flag
    // CLI11 adds what a check accepts: "table|json:{table,json}".
    const std::string type = option.get_type_name();
    const std::size_t colon = type.find(':');
    const bool is_in_brackets = colon != type.npos && colon > 0 && type[colon - 1] == '[';
    return is_in_brackets ? type : type.substr(0, colon);
}

}  // namespace

std::vector<std::string> OptionDescription::choices() const {
    std::vector<std::string> all;
    if (value.find('|') == value.npos) return all;
    for (std::size_t begin = 0; begin <= value.size();) {
        const std::size_t end = std::min(value.find('|', begin), value.size());
        all.push_back(value.substr(begin, end - begin));
        begin = end + 1;
    }
    const auto is_word = [](const std::string& text) {
        return !text.empty() &&
               std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
    };
    if (!std::ranges::all_of(all, is_word)) all.clear();
    return all;
}

CommandDescription describe(const CLI::App& app) {
    CommandDescription command{app.get_name(), app.get_description(), {}, {}, {}};
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;
        OptionDescription described{names_of(*option), value_of(*option),
                                    option->get_description()};
        const bool is_argument = described.names.empty();
        (is_argument ? command.arguments : command.options).push_back(std::move(described));
    }
    for (const CLI::App* below : app.get_subcommands({})) {
        if (!below->get_group().empty()) command.commands.push_back(describe(*below));
    }
    return command;
}

}  // namespace onnxhub
