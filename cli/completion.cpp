// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/escaping.h"

namespace onnxhub {
namespace {

constexpr std::size_t most_candidates = 10'000;  // more than anyone chooses from

/// The finished words, as far as they decide about the next one.
struct Situation {
    std::vector<const CommandDescription*> commands;  ///< the program, then those that were named
    std::vector<std::string> arguments = {};          ///< positional ones of the last command
    const OptionDescription* awaits_value = nullptr;  ///< the option before the last word
    std::optional<std::string> hub = {};              ///< --hub, or --from of a bundle
    bool takes_options = true;                        ///< false behind "--"
};

/// Options of the program may follow each command too.
const OptionDescription* find_option(const Situation& situation, std::string_view name) {
    for (const CommandDescription* command : situation.commands) {
        for (const OptionDescription& option : command->options) {
            if (std::ranges::find(option.names, name) != option.names.end()) return &option;
        }
    }
    return nullptr;
}

bool names_hub(const OptionDescription& option) {
    return std::ranges::any_of(
        option.names, [](const auto& name) { return name == "--hub" || name == "--from"; });
}

void take_option(Situation& situation, const std::string& word) {
    const std::size_t sign = word.starts_with("--") ? word.find('=') : word.npos;
    const OptionDescription* option = find_option(situation, word.substr(0, sign));
    if (!option || option->is_flag()) return;
    if (sign == word.npos) {
        situation.awaits_value = option;
    } else if (names_hub(*option)) {
        situation.hub = word.substr(sign + 1);
    }
}

void take_word(Situation& situation, const std::string& word) {
    if (situation.awaits_value) {
        if (names_hub(*situation.awaits_value)) situation.hub = word;
        situation.awaits_value = nullptr;
        return;
    }
    if (situation.takes_options && word == "--") {
        situation.takes_options = false;
        return;
    }
    if (situation.takes_options && word.size() > 1 && word[0] == '-') {
        return take_option(situation, word);
    }
    const auto& below = situation.commands.back()->commands;
    const auto command = std::ranges::find(below, word, &CommandDescription::name);
    if (command != below.end()) {
        situation.commands.push_back(&*command);
    } else {
        situation.arguments.push_back(word);
    }
}

bool is_safe(const std::string& name) {
    return !name.empty() && name[0] != '-' && printable(name) == name;
}

/// Collects the candidates for a word of which `prefix` ("--format=") is fixed.
class Candidates {
public:
    explicit Candidates(std::string word, std::string prefix = "")
        : word_(std::move(word)), prefix_(std::move(prefix)) {}

    void add(const std::string& value, const std::string& help = "") {
        std::string whole = prefix_ + value;
        if (whole.starts_with(word_) && result.candidates.size() < most_candidates) {
            result.candidates.push_back({std::move(whole), printable(help)});
        }
    }
    void add_names(const std::vector<std::string>& values, const std::string& before = "") {
        for (const std::string& value : values) {
            if (is_safe(value)) add(before + value);
        }
    }
    /// What the user has typed of the value.
    std::string typed() const { return word_.substr(prefix_.size()); }

    Completion result;

private:
    std::string word_;
    std::string prefix_;
};

/// "[DIR[:ref]]" and "FILE...": the words in capitals decide.
std::string kind_of(const OptionDescription& option) {
    std::string kind;
    for (const char c : option.value) {
        if (c >= 'A' && c <= 'Z') {
            kind += c;
        } else if (!kind.empty()) {
            break;
        }
    }
    return kind;
}

/// Both sides of BASE..HEAD and BASE...HEAD.
void add_revisions(Candidates& candidates, CompletionNames& names) {
    const std::string typed = candidates.typed();
    const std::size_t dots = typed.find("..");
    if (dots == typed.npos) return candidates.add_names(names.refs());
    const std::size_t end = typed.find_first_not_of('.', dots);
    candidates.add_names(names.refs(), typed.substr(0, end));
}

void add_values(const OptionDescription& option, const std::optional<std::string>& hub,
                Candidates& candidates, CompletionNames& names) {
    using Paths = Completion::Paths;
    const bool is_argument = option.names.empty();
    const std::string kind = kind_of(option);
    for (const std::string& choice : option.choices()) candidates.add(choice);
    if (kind == "FILE") candidates.result.paths = Paths::files;
    if (kind == "DIR" || kind == "OUT") candidates.result.paths = Paths::folders;
    if (kind == "REV" || kind == "REF") candidates.add_names(names.refs());
    if (option.value.find("..HEAD") != option.value.npos) add_revisions(candidates, names);
    if (kind == "RULE") candidates.add_names(names.rules());
    if (kind == "TAG") candidates.add_names(names.tags(hub));
    if (kind == "SPEC") {
        candidates.result.paths = Paths::folders;
        candidates.add_names(names.hubs());
    }
    if (is_argument && (kind == "NAME" || kind == "NETWORK" || kind == "PREPROCESSING")) {
        candidates.add_names(names.models(hub));
    }
}

void add_options(const Situation& situation, Candidates& candidates) {
    for (auto command = situation.commands.rbegin(); command != situation.commands.rend();
         ++command) {
        for (const OptionDescription& option : (*command)->options) {
            for (const std::string& name : option.names) {
                if (name.starts_with("--")) candidates.add(name, option.help);
            }
        }
    }
}

void add_arguments(const Situation& situation, Candidates& candidates, CompletionNames& names) {
    const CommandDescription& command = *situation.commands.back();
    for (const CommandDescription& below : command.commands) candidates.add(below.name, below.help);
    if (command.arguments.empty()) return;
    const std::size_t given = situation.arguments.size();
    const OptionDescription& last = command.arguments.back();
    const bool is_repeated = last.value.find("...") != last.value.npos;
    if (given >= command.arguments.size() && !is_repeated) return;
    add_values(command.arguments[std::min(given, command.arguments.size() - 1)], situation.hub,
               candidates, names);
}

}  // namespace

Completion complete(const CommandDescription& program, const std::vector<std::string>& words,
                    CompletionNames& names) {
    if (words.empty()) return {};
    Situation situation{{&program}};
    for (std::size_t i = 0; i + 1 < words.size(); ++i) take_word(situation, words[i]);
    const std::string& last = words.back();
    if (situation.awaits_value) {
        Candidates candidates(last);
        add_values(*situation.awaits_value, situation.hub, candidates, names);
        return std::move(candidates.result);
    }
    const std::size_t sign = last.find('=');
    if (situation.takes_options && last.starts_with("--") && sign != last.npos) {
        Candidates candidates(last, last.substr(0, sign + 1));
        const OptionDescription* option = find_option(situation, last.substr(0, sign));
        if (option) add_values(*option, situation.hub, candidates, names);
        return std::move(candidates.result);
    }
    Candidates candidates(last);
    if (situation.takes_options && last.starts_with('-')) {
        add_options(situation, candidates);
    } else {
        add_arguments(situation, candidates, names);
    }
    return std::move(candidates.result);
}

std::string to_text(const Completion& completion) {
    constexpr const char* paths[] = {"none", "files", "folders"};
    std::string text = paths[static_cast<int>(completion.paths)];
    text += '\n';
    for (const Candidate& candidate : completion.candidates) {
        text += candidate.word;
        if (!candidate.help.empty()) text += '\t' + candidate.help;
        text += '\n';
    }
    return text;
}

}  // namespace onnxhub
