// SPDX-License-Identifier: Apache-2.0
#include "cli/help_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "cli/command_description.h"
#include "cli/command_examples.h"
#include "cli/terminal.h"

namespace onnxhub {
namespace {

constexpr std::size_t widest_help = 100;  // columns
constexpr std::size_t widest_label = 24;  // a longer label gets a line of its own

struct CommandGroup {
    const char* title;
    std::vector<std::string_view> commands;
};

/// In the order of `onnxhub --help`. Commands in no group come last.
const std::vector<CommandGroup>& command_groups() {
    static const std::vector<CommandGroup> groups{
        {"Maintain a hub",
         {"init", "add", "remove", "rename", "generate", "sources", "inspect", "key", "sign"}},
        {"Review changes", {"validate", "explain", "diff"}},
        {"Use models",
         {"list", "search", "info", "load", "load-composite", "lock", "cache", "verify", "trust"}},
        {"Host a hub", {"serve", "export", "bundle"}},
    };
    return groups;
}

const CLI::App& program_of(const CLI::App& app) {
    const CLI::App* program = &app;
    while (program->get_parent()) program = program->get_parent();
    return *program;
}

/// A label and a text in two columns.
struct Row {
    std::string label;
    std::string text;
};

/// "  -j, --jobs N"; long names stand in one column.
std::string label_of(const OptionDescription& option) {
    std::string label;
    for (const std::string& name : option.names) label += (label.empty() ? "" : ", ") + name;
    if (!option.names.empty() && option.names.front().starts_with("--")) label = "    " + label;
    if (!option.value.empty()) label += (label.empty() ? "" : " ") + option.value;
    return label;
}

class HelpPage {
public:
    explicit HelpPage(std::size_t width) : width_(width) {}

    void paragraph(const std::string& text) { text_ += wrapped("", text, width_) + "\n"; }

    void section(const std::string& title, const std::vector<Row>& rows) {
        if (rows.empty()) return;
        std::size_t labels = 0;
        for (const Row& row : rows) {
            const std::size_t columns = columns_of(row.label);
            if (columns <= widest_label) labels = std::max(labels, columns);
        }
        text_ += title + ":\n";
        for (const Row& row : rows) add(row, labels);
        text_ += "\n";
    }

    void examples(const std::vector<CommandExample>& all) {
        if (all.empty()) return;
        text_ += "Examples:\n";
        for (const CommandExample& example : all) {
            text_ += wrapped("  # ", example.what, width_) + "  " + example.command + "\n";
        }
        text_ += "\n";
    }

    std::string take() {
        text_.pop_back();  // the empty line at the end
        return std::move(text_);
    }

private:
    void add(const Row& row, std::size_t labels) {
        const std::size_t columns = columns_of(row.label);
        std::string lead = "  " + row.label;
        if (columns > labels) {
            text_ += lead + "\n";
            lead = std::string(labels + 4, ' ');
        } else {
            lead += std::string(labels - columns + 2, ' ');
        }
        text_ += wrapped(lead, row.text, width_);
    }

    std::size_t width_;
    std::string text_;
};

std::vector<Row> rows_of(const std::vector<OptionDescription>& options) {
    std::vector<Row> rows;
    for (const OptionDescription& option : options) rows.push_back({label_of(option), option.help});
    return rows;
}

/// The options of the command itself: each also has --help.
std::vector<OptionDescription> own_options(const CommandDescription& command) {
    std::vector<OptionDescription> options = command.options;
    std::erase_if(options, [](const OptionDescription& option) {
        return std::ranges::find(option.names, "--help") != option.names.end();
    });
    return options;
}

std::string usage_of(const std::string& name, const CommandDescription& command) {
    std::string line = "Usage: " + name;
    if (!command.commands.empty()) line += " COMMAND";
    line += " [OPTIONS]";
    for (const OptionDescription& argument : command.arguments) line += " " + argument.value;
    return line;
}

std::vector<Row> rows_of(const std::vector<CommandDescription>& commands) {
    std::vector<Row> rows;
    for (const CommandDescription& command : commands) rows.push_back({command.name, command.help});
    return rows;
}

void add_groups(const CommandDescription& program, HelpPage& page) {
    std::set<std::string_view> grouped;
    for (const CommandGroup& group : command_groups()) {
        std::vector<CommandDescription> commands;
        for (const std::string_view name : group.commands) {
            const auto found = std::ranges::find(program.commands, name, &CommandDescription::name);
            if (found == program.commands.end()) continue;
            commands.push_back(*found);
            grouped.insert(name);
        }
        page.section(group.title, rows_of(commands));
    }
    std::vector<CommandDescription> others;
    for (const CommandDescription& command : program.commands) {
        if (!grouped.contains(command.name)) others.push_back(command);
    }
    page.section("Other commands", rows_of(others));
}

}  // namespace

std::string full_name(const CLI::App& app) {
    return app.get_parent() ? full_name(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

std::size_t help_width() {
    return std::min(output_width().value_or(widest_help), widest_help);
}

std::string help_text(const CLI::App& app, std::size_t width) {
    const CLI::App& program = program_of(app);
    const CommandDescription command = describe(app);
    const std::string name = full_name(app);
    HelpPage page(width);
    page.paragraph(command.help);
    page.paragraph(usage_of(name, command));
    if (&app == &program) {
        add_groups(command, page);
        page.section("Global options", rows_of(command.options));
        page.paragraph("See `onnxhub help COMMAND` for the options of a command, with examples.");
        return page.take();
    }
    page.section("Commands", rows_of(command.commands));
    page.section("Arguments", rows_of(command.arguments));
    page.section("Options", rows_of(own_options(command)));
    page.examples(examples_of(name.substr(name.find(' ') + 1)));
    page.section("Global options", rows_of(describe(program).options));
    return page.take();
}

}  // namespace onnxhub
