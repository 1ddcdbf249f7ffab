// SPDX-License-Identifier: Apache-2.0
#include "cli/manual_page.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace onnxhub {
namespace {

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

std::string head(const std::string& name, const std::string& what, const std::string& version) {
    return ".TH " + upper_case(name) + " 1 \"\" \"onnxhub " + version +
           "\" \"onnxhub manual\"\n.nh\n.ad l\n.SH NAME\n" + roff_text(name) + " \\- " +
           roff_text(what) + "\n";
}

std::string bold(const std::string& text) {
    return "\\fB" + roff_text(text) + "\\fR";
}

std::string tagged(const std::string& tag, const std::string& text) {
    return ".TP\n" + tag + "\n" + roff_line(text) + "\n";
}

/// "-o, --output FILE", names in bold, values in italics.
std::string tag_of(const OptionDescription& option) {
    std::string tag;
    for (const std::string& name : option.names) tag += (tag.empty() ? "" : ", ") + bold(name);
    if (option.value.empty()) return tag;
    return tag + (tag.empty() ? "" : " ") + "\\fI" + roff_text(option.value) + "\\fR";
}

std::string list_of(const std::vector<OptionDescription>& options) {
    std::string text;
    for (const OptionDescription& option : options) text += tagged(tag_of(option), option.help);
    return text;
}

std::string synopsis(const std::string& name, const CommandDescription& command) {
    std::string line = bold(name);
    if (!command.options.empty()) line += " [\\fIoptions\\fR]";
    if (!command.commands.empty()) line += " \\fIcommand\\fR";
    for (const OptionDescription& argument : command.arguments) {
        line += " \\fI" + roff_text(argument.value) + "\\fR";
    }
    return line + "\n";
}

constexpr const char* exit_status =
    ".SH EXIT STATUS\n"
    ".TP\n0\nSuccess, nothing to report.\n"
    ".TP\n1\nFindings, differences, or invalid entries.\n"
    ".TP\n2\nWrong usage, unusable input, or nothing to work on.\n"
    ".TP\n130\nInterrupted; files are unchanged.\n";

}  // namespace

std::string roff_text(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else if (c == '\'') {
            result += "\\(aq";
        } else if (c == '`') {
            result += "\\(ga";
        } else if (c == '^') {
            result += "\\(ha";
        } else if (c == '~') {
            result += "\\(ti";
        } else if (c == '\n') {
            result += ' ';
        } else {
            result += c;
        }
    }
    return result;
}

std::string roff_line(const std::string& text) {
    // \& is an empty character. An apostrophe at the start is escaped already.
    return (text.starts_with('.') ? "\\&" : "") + roff_text(text);
}

std::string program_page(const CommandDescription& program, const std::string& version) {
    std::string page = head("onnxhub", program.help, version);
    page += ".SH SYNOPSIS\n" + bold("onnxhub") + " \\fIcommand\\fR [\\fIoptions\\fR]\n";
    page +=
        ".SH DESCRIPTION\n"
        "onnxhub manages hubs of ONNX models: git repositories with models, tables that describe "
        "them, and one manifest that clients read. Results go to standard output, messages to "
        "standard error.\n";
    page += ".SH COMMANDS\n";
    for (const CommandDescription& command : program.commands) {
        page += tagged(bold(command.name), command.help);
        page += "See " + bold("onnxhub-" + command.name) + "(1).\n";
    }
    page += ".SH OPTIONS\nEvery command has these options.\n" + list_of(program.options);
    page += exit_status;
    return page + ".SH SEE ALSO\n" + bold("onnxhub.toml") + "(5), " + bold("git") + "(1)\n";
}

std::string command_page(const CommandDescription& command, const std::string& version) {
    std::string page = head("onnxhub-" + command.name, command.help, version);
    const std::string name = "onnxhub " + command.name;
    page += ".SH SYNOPSIS\n";
    if (command.commands.empty()) page += synopsis(name, command);
    for (const CommandDescription& below : command.commands) {
        page += synopsis(name + " " + below.name, below) + ".br\n";
    }
    page += ".SH DESCRIPTION\n" + roff_line(command.help) + ".\n";
    if (!command.arguments.empty()) page += ".SH ARGUMENTS\n" + list_of(command.arguments);
    if (!command.options.empty()) page += ".SH OPTIONS\n" + list_of(command.options);
    if (!command.commands.empty()) page += ".SH COMMANDS\n";
    for (const CommandDescription& below : command.commands) {
        page += ".SS " + roff_text(name + " " + below.name) + "\n" + roff_line(below.help) + ".\n" +
                list_of(below.arguments) + list_of(below.options);
    }
    page += ".SH GLOBAL OPTIONS\nSee " + bold("onnxhub") + "(1).\n";
    page += exit_status;
    return page + ".SH SEE ALSO\n" + bold("onnxhub") + "(1), " + bold("onnxhub.toml") + "(5)\n";
}

}  // namespace onnxhub
