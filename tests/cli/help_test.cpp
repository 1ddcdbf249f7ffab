// SPDX-License-Identifier: Apache-2.0
// --help of every command, `help`, `explain`, and the messages about wrong command lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_description.h"
#include "cli/command_examples.h"
#include "cli/command_list.h"
#include "cli/help_text.h"
#include "cli/terminal.h"
#include "manifest/json.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "validator/rule_catalog.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t help_columns = 100;

/// The program with all commands.
struct Program {
    Program() {
        add_global_options(app, options);
        for (const NamedCommand& command : all_commands()) command.add(app, chosen);
    }

    CLI::App app{program_summary, "onnxhub"};
    GlobalOptions options;
    Command chosen;
};

/// The program and all commands below it.
std::vector<const CLI::App*> all_apps(const CLI::App& app) {
    std::vector<const CLI::App*> apps{&app};
    for (const CLI::App* below : app.get_subcommands({})) {
        for (const CLI::App* one : all_apps(*below)) apps.push_back(one);
    }
    return apps;
}

std::vector<std::string> lines_of_text(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(Help, EveryCommandHasTheSameSections) {
    const Program program;
    for (const CLI::App* app : all_apps(program.app)) {
        const std::string name = full_name(*app);
        SCOPED_TRACE(name);
        const std::string text = help_text(*app, help_columns);
        EXPECT_THAT(text, HasSubstr("\n\nUsage: " + name));
        EXPECT_THAT(text, HasSubstr("\n\nGlobal options:\n  -h, --help"));
        for (const char* option : {"--quiet", "--verbose", "--color", "--message-format"}) {
            EXPECT_THAT(text, HasSubstr(option));
        }
        EXPECT_TRUE(text.ends_with('\n') && !text.ends_with("\n\n"));
    }
}

/// Words of the library that parses options.
TEST(Help, TypesAndChecksOfOptionsDoNotShow) {
    const Program program;
    for (const CLI::App* app : all_apps(program.app)) {
        const std::string text = help_text(*app, help_columns);
        for (const char* word : {"UINT", "INT in", "FLOAT", " in [", "(=", "Excludes:", "Needs:",
                                 "REQUIRED", ":{", "POSITIVE", "TEXT:", "Positionals"}) {
            EXPECT_THAT(text, Not(HasSubstr(word))) << full_name(*app);
        }
    }
}

TEST(Help, DescriptionsAreInTheImperativeMood) {
    const Program program;
    for (const CLI::App* app : all_apps(program.app)) {
        const std::string text = app->get_description();
        const std::string verb = text.substr(0, text.find_first_of(" ,"));
        EXPECT_TRUE(verb[0] >= 'A' && verb[0] <= 'Z') << text;
        EXPECT_FALSE(verb.ends_with('s') || verb.ends_with("ing")) << text;
        EXPECT_FALSE(text.ends_with('.')) << text;
    }
}

TEST(Help, LinesFitTheWidth) {
    const Program program;
    for (const std::size_t width : {80u, 100u}) {
        for (const CLI::App* app : all_apps(program.app)) {
            for (const std::string& line : lines_of_text(help_text(*app, width))) {
                if (line.starts_with("  onnxhub ")) continue;  // an example, to be copied
                EXPECT_LE(columns_of(line), width) << full_name(*app) << ": " << line;
            }
        }
    }
}

/// "onnxhub cache rm" → "onnxhub-cache-rm.txt"
std::string snapshot_name(const CLI::App& app) {
    std::string name = full_name(app) + ".txt";
    std::ranges::replace(name, ' ', '-');
    return name;
}

/// ONNXHUB_UPDATE_HELP=1 writes the present texts. Review them as text.
TEST(Help, EveryPageIsAsInItsFile) {
    const std::filesystem::path folder = std::filesystem::path(ONNXHUB_SOURCE) / "tests/cli/help";
    const bool updates = std::getenv("ONNXHUB_UPDATE_HELP") != nullptr;
    if (updates) std::filesystem::remove_all(folder);
    const Program program;
    std::set<std::string> names;
    for (const CLI::App* app : all_apps(program.app)) {
        const std::string name = snapshot_name(*app);
        names.insert(name);
        std::string text = help_text(*app, help_columns);
        // The options that every command has are in the page of the program.
        if (app != &program.app) text.resize(text.find("\nGlobal options:"));
        if (updates) write_file(folder / name, text);
        ASSERT_TRUE(std::filesystem::exists(folder / name))
            << "tests/cli/help/" << name
            << " is missing; write it with ONNXHUB_UPDATE_HELP=1 completion_tests "
               "--gtest_filter=Help.EveryPage*, and review it";
        EXPECT_EQ(text, read_file(folder / name)) << name;
    }
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        EXPECT_TRUE(names.contains(file.path().filename().string()))
            << file.path() << " is the page of no command; remove it";
    }
}

TEST(Help, CommandsAreInGroups) {
    const Program program;
    const std::string text = help_text(program.app, help_columns);
    std::size_t last = 0;
    for (const char* title :
         {"Maintain a hub:\n  init ", "Review changes:\n  validate ", "Use models:\n  list ",
          "Host a hub:\n  serve ", "Other commands:\n  merge ", "Global options:\n"}) {
        const std::size_t place = text.find(title);
        ASSERT_NE(place, text.npos) << title;
        EXPECT_GT(place, last) << title;
        last = place;
    }
    for (const NamedCommand& command : all_commands()) {
        const std::string line = "\n  " + std::string(command.name) + " ";
        EXPECT_NE(text.find(line), text.npos) << line;
        EXPECT_EQ(text.find(line), text.rfind(line)) << line;
    }
}

/// One name for one thing.
TEST(Help, OptionsOfTheSameKindHaveTheSameNames) {
    const Program program;
    for (const CLI::App* app : all_apps(program.app)) {
        SCOPED_TRACE(full_name(*app));
        const CommandDescription command = describe(*app);
        bool has_json = false, has_json_format = false;
        for (const OptionDescription& option : command.options) {
            const auto has = [&](const char* name) {
                return std::ranges::find(option.names, name) != option.names.end();
            };
            EXPECT_EQ(has("--output"), has("-o"));
            EXPECT_FALSE(has("--hub-dir"));
            has_json = has_json || has("--json");
            const auto choices = option.choices();
            has_json_format =
                has_json_format ||
                (has("--format") && std::ranges::find(choices, "json") != choices.end());
        }
        EXPECT_TRUE(has_json || !has_json_format);
    }
}

/// Words of a shell command: spaces separate, single quotes hold together.
std::vector<std::string> shell_words(const std::string& command) {
    std::vector<std::string> words;
    bool is_quoted = false, is_open = false;
    for (const char c : command) {
        if (c == '\'') {
            is_quoted = !is_quoted;
            continue;
        }
        if (c == ' ' && !is_quoted) {
            is_open = false;
            continue;
        }
        if (!is_open) words.emplace_back();
        is_open = true;
        words.back() += c;
    }
    return words;
}

TEST(Help, EveryCommandHasExamplesThatItUnderstands) {
    for (const NamedCommand& command : all_commands()) {
        const std::vector<CommandExample> examples = examples_of(command.name);
        EXPECT_TRUE(examples.size() >= 2 && examples.size() <= 3)
            << command.name << ": write two or three examples in cli/command_examples.cpp";
        const Program shown;
        const CLI::App* app = shown.app.get_subcommand(std::string(command.name));
        for (const CommandExample& example : examples) {
            SCOPED_TRACE(example.command);
            EXPECT_FALSE(example.what.ends_with('.'));
            EXPECT_THAT(help_text(*app, help_columns), HasSubstr("\n  " + example.command + "\n"));
            std::vector<std::string> words =
                shell_words(example.command.substr(0, example.command.find(" > ")));
            ASSERT_GT(words.size(), 1u);
            EXPECT_EQ(words[0], "onnxhub");
            words.erase(words.begin());
            std::reverse(words.begin(), words.end());  // as parse() takes them
            Program program;
            EXPECT_NO_THROW(program.app.parse(words));
            EXPECT_TRUE(program.chosen) << "the example chooses a command";
        }
    }
}

TEST(Help, TheProgramPrintsIt) {
    const TemporaryFolder folder;
    const ProgramResult program = run_onnxhub({"--help"}, folder.path());
    EXPECT_EQ(program.status, 0);
    EXPECT_EQ(program.out, help_text(Program().app, help_columns));
    const ProgramResult command = run_onnxhub({"cache", "prune", "--help"}, folder.path());
    EXPECT_EQ(command.status, 0);
    EXPECT_THAT(command.out, HasSubstr("Usage: onnxhub cache prune [OPTIONS]"));
    EXPECT_EQ(run_onnxhub({"help", "cache", "prune"}, folder.path()).out, command.out);
    EXPECT_EQ(run_onnxhub({"help"}, folder.path()).out, program.out);
}

/// A script with an empty variable must not pass.
TEST(Help, WithoutACommandItIsAnError) {
    const TemporaryFolder folder;
    const Program program;
    for (const auto& [arguments, name] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "onnxhub"}, {{"-q"}, "onnxhub"}, {{"cache"}, "onnxhub cache"}}) {
        const ProgramResult result = run_onnxhub(arguments, folder.path());
        EXPECT_EQ(result.status, 2);
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, HasSubstr("Usage: " + name + " COMMAND"));
    }
}

struct Mistake {
    std::vector<std::string> arguments;
    const char* message;
};

TEST(Help, WrongWordsGetTheNearestRightOne) {
    const TemporaryFolder folder;
    const Mistake mistakes[] = {
        {{"validte"}, "there is no command \"validte\"; did you mean `onnxhub validate`?"},
        {{"laod", "ResNet50", "--trust"},
         "there is no command \"laod\"; did you mean `onnxhub load`?"},
        {{"cache", "prun"}, "there is no command \"prun\"; did you mean `onnxhub cache prune`?"},
        {{"help", "validte"}, "there is no command \"validte\"; did you mean `onnxhub validate`?"},
        {{"rm", "x"}, "there is no command \"rm\"; did you mean `onnxhub remove`?"},
        {{"ls"}, "there is no command \"ls\"; did you mean `onnxhub list`?"},
        {{"cache", "remove", "x"},
         "there is no command \"remove\"; did you mean `onnxhub cache rm`?"},
        {{"version"}, "there is no command \"version\"; did you mean `onnxhub --version`?"},
        {{"export", "--output", "x"}, "there is no option --output; did you mean --to?"},
        {{"lock", "x", "--to", "y"}, "there is no option --to; did you mean --output?"},
        {{"bundle", "create", "--hub", "x", "--to", "y"},
         "there is no option --hub; did you mean --from?"},
        {{"frobnicate"}, "there is no command \"frobnicate\"; see `onnxhub --help`"},
        {{"--versoin"}, "there is no option --versoin; did you mean --version?"},
        {{"validate", "--chagned-since", "main"},
         "there is no option --chagned-since; did you mean --changed-since?"},
        {{"validate", "--format=json", "--ouptut=x"},
         "there is no option --ouptut; did you mean --output?"},
        {{"list", "--qiuet"}, "there is no option --qiuet; did you mean --quiet?"},
        {{"list", "--frobnicate"}, "there is no option --frobnicate; see `onnxhub list --help`"},
        {{"info", "one", "two"}, "\"two\" is one argument too many; see `onnxhub info --help`"},
        {{"list", "--opset", "abc"},
         "--opset: \"abc\" is not a valid number; see `onnxhub list --help`"},
        {{"list", "--format", "xml"},
         "--format: \"xml\" is not one of table, json; see `onnxhub list --help`"},
        {{"generate", "-j", "x"},
         "--jobs: \"x\" is not a number from 1 to 1024; see `onnxhub generate --help`"},
        {{"load", "a", "--opset"}, "--opset: the value N is missing; see `onnxhub load --help`"},
        {{"cache", "prune", "--max-size", "abc"},
         "--max-size: \"abc\" has an unknown unit or no number; see `onnxhub cache prune --help`"},
        {{"cache", "prune", "--older-than", "5"},
         "--older-than: the number has no unit; see `onnxhub cache prune --help`"},
        {{"add", "a.onnx", "b.onnx"},
         "\"b.onnx\" is a second model, and `add` takes one; run it once for each model; see "
         "`onnxhub add --help`"},
        {{"--offline", "list"},
         "--offline comes before the command that has it; write `onnxhub list --offline`"},
    };
    for (const Mistake& mistake : mistakes) {
        const ProgramResult result = run_onnxhub(mistake.arguments, folder.path());
        EXPECT_EQ(result.status, 2) << mistake.message;
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(result.err,
                  std::string("onnxhub: error: command line: ") + mistake.message + "\n");
    }
}

TEST(Explain, ShowsOneRule) {
    const TemporaryFolder folder;
    const ProgramResult result = run_onnxhub({"explain", "model-sha-differs"}, folder.path());
    const RuleInfo& rule = *find_rule("model-sha-differs");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "model-sha-differs (error, fixable, family files)\n\n" +
                              std::string(rule.what) + "\n\nWhy it matters:\n  " +
                              std::string(rule.why) + "\n\nExample:\n  " +
                              std::string(rule.example) + "\n\nHow to fix it:\n  " +
                              std::string(rule.fix) + "\n");
    const ProgramResult json =
        run_onnxhub({"explain", "model-sha-differs", "--json"}, folder.path());
    const auto parsed = parse_json(json.out);
    ASSERT_TRUE(std::holds_alternative<JsonDocument>(parsed)) << json.out;
    EXPECT_EQ(*std::get<JsonDocument>(parsed).root.find("fix")->string(), rule.fix);
}

TEST(Explain, KnowsEveryRuleAndFamily) {
    const TemporaryFolder folder;
    for (const std::string_view family : rule_families()) {
        const ProgramResult result = run_onnxhub({"explain", std::string(family)}, folder.path());
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.out, StartsWith(std::string(family) + ": "));
        EXPECT_THAT(result.out, Not(StartsWith(std::string(family) + ": \n"))) << "has no title";
        for (const RuleInfo& rule : all_rules()) {
            if (rule.family != family) continue;
            EXPECT_THAT(result.out, HasSubstr(std::string(rule.id)));
        }
    }
    const ProgramResult wrong = run_onnxhub({"explain", "model-sha-difers"}, folder.path());
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.err, AllOf(HasSubstr("there is no rule \"model-sha-difers\""),
                                 HasSubstr("did you mean model-sha-differs?")));
}

}  // namespace
}  // namespace onnxhub::test
