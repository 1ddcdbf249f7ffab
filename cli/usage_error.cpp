// SPDX-License-Identifier: Apache-2.0
#include "cli/usage_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/spelling.h"
#include "cli/help_text.h"

namespace onnxhub {
namespace {

/// The first argument that no command takes.
std::optional<std::string> unknown_argument(const CLI::App& app) {
    for (const std::string& argument : app.remaining(true)) {
        if (argument != "--") return argument;
    }
    return std::nullopt;
}

/// Options of the command and those above it, with their dashes; hidden ones too.
std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command = &app; command; command = command->get_parent()) {
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    return names;
}

std::optional<std::string> nearest_of(std::string_view word,
                                      const std::vector<std::string>& names) {
    const std::vector<std::string_view> views(names.begin(), names.end());
    return nearest(word, views);
}

std::string help_advice(const CLI::App& command) {
    return "see `" + full_name(command) + " --help`";
}

/// Words that users know from other programs. Each list has one meaning.
using Synonyms = std::vector<std::vector<std::string_view>>;

const Synonyms& command_synonyms() {
    static const Synonyms lists{{"rm", "remove", "del", "delete"},
                                {"ls", "list"},
                                {"mv", "move", "rename"},
                                {"get", "download", "pull", "fetch", "load"},
                                {"show", "info"},
                                {"check", "lint", "validate"},
                                {"new", "create", "init"},
                                {"find", "search"}};
    return lists;
}

const Synonyms& option_synonyms() {
    static const Synonyms lists{{"--to", "--output", "-o", "--out"}, {"--from", "--hub"}};
    return lists;
}

/// The one of `names` that means the same as `word`.
std::optional<std::string> synonym_of(std::string_view word, const Synonyms& lists,
                                      const std::vector<std::string>& names) {
    for (const auto& list : lists) {
        if (std::ranges::find(list, word) == list.end()) continue;
        for (const std::string& name : names) {
            if (std::ranges::find(list, name) != list.end()) return name;
        }
    }
    return std::nullopt;
}

std::string unknown_option_text(const CLI::App& command, const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    const std::vector<std::string> names = options_of(command);
    if (std::ranges::find(names, name) != names.end()) {
        return name + " comes before the command that has it; write `" + full_name(command) + " " +
               name + "`";
    }
    const std::string what = "there is no option " + name + "; ";
    const auto same = synonym_of(name, option_synonyms(), names);
    const auto meant = same ? same : nearest_of(name, names);
    return what + (meant ? "did you mean " + *meant + "?" : help_advice(command));
}

/// The text between `begin` and `end` in `text`, if it has both.
std::optional<std::string> text_between(const std::string& text, std::string_view begin,
                                        std::string_view end) {
    const std::size_t first = text.find(begin);
    if (first == text.npos) return std::nullopt;
    const std::size_t start = first + begin.size();
    const std::size_t last = end.empty() ? text.size() : text.find(end, start);
    if (last == text.npos) return std::nullopt;
    return text.substr(start, last - start);
}

/// The words of the parser for errors in values, in those of this program. `text` is the parser's,
/// such as "--jobs: Value x not in range 1 to 1024".
std::string value_error_text(const std::string& text) {
    if (const auto option = text_between(text, "Could not convert: ", " = ")) {
        return *option + ": \"" + *text_between(text, " = ", "") + "\" is not a valid number";
    }
    const std::size_t colon = text.find(": ");
    const std::string option = text.substr(0, colon == text.npos ? 0 : colon + 2);
    const std::string rest = text.substr(option.size());
    if (const auto value = text_between(rest, "Value ", " not in range ")) {
        return option + "\"" + *value + "\" is not a number from " +
               *text_between(rest, " not in range ", "");
    }
    if (const auto choices = text_between(rest, " not in {", "}")) {
        std::string listed;
        for (const char c : *choices) listed += c == ',' ? ", " : std::string(1, c);
        return option + "\"" + *text_between(rest, "", " not in {") + "\" is not one of " + listed;
    }
    if (const auto value = text_between(rest, "1 required ", " missing")) {
        return option + "the value " + *value + " is missing";
    }
    if (const auto value = text_between(rest, "", " unit not recognized")) {
        return option + "\"" + *value + "\" has an unknown unit or no number";
    }
    if (rest == "Missing mandatory unit") return option + "the number has no unit";
    return text;
}

bool needs_command(const CLI::App& command) {
    return command.get_require_subcommand_min() > 0;
}

}  // namespace

const CLI::App& recognized_command(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : recognized_command(*chosen.front());
}

bool lacks_command(const CLI::App& app) {
    return needs_command(recognized_command(app)) && !unknown_argument(app);
}

std::string unknown_command_text(const CLI::App& app, const std::string& name) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (!command->get_group().empty()) names.push_back(command->get_name());
    }
    if (name == "version" && !app.get_parent()) {
        return "there is no command \"version\"; did you mean `" + full_name(app) + " --version`?";
    }
    const auto same = synonym_of(name, command_synonyms(), names);
    const auto meant = same ? same : nearest_of(name, names);
    return "there is no command \"" + name + "\"; " +
           (meant ? "did you mean `" + full_name(app) + " " + *meant + "`?" : help_advice(app));
}

std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& command = recognized_command(app);
    if (const auto argument = unknown_argument(app)) {
        if (argument->size() > 1 && argument->starts_with('-')) {
            return unknown_option_text(command, *argument);
        }
        if (needs_command(command)) return unknown_command_text(command, *argument);
        return "\"" + *argument + "\" is one argument too many; " + help_advice(command);
    }
    return value_error_text(error.what()) + "; " + help_advice(command);
}

}  // namespace onnxhub
