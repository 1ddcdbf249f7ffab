// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <cstddef>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/escaping.h"
#include "hosting/client/hub_error.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

const char* severity_color(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "\033[36m";
        case Severity::warning:
            return "\033[33m";
        case Severity::error:
            break;
    }
    return "\033[1;31m";
}

bool uses_color(const Streams& streams) {
    using Color = GlobalOptions::Color;
    return streams.options.color == Color::always ||
           (streams.options.color == Color::automatic && streams.err_is_terminal);
}

bool is_shown(const Streams& streams, Severity severity) {
    if (severity == Severity::error) return true;
    if (severity == Severity::warning) return !streams.options.quiet;
    return streams.options.verbose;
}

std::string json_line(JsonObject members) {
    const std::string text = json_text(json_object(std::move(members)), {.indent = 0});
    return without_runner_commands(text, "\\u0023") + "\n";
}

void print_message(const Streams& streams, std::string_view level, const std::string& text) {
    if (streams.options.quiet) return;
    const std::string line = streams.options.json_messages
                                 ? json_line({{"level", json_string(std::string(level))},
                                              {"message", json_string(text)}})
                                 : "onnxhub: " + escaped_line(text) + "\n";
    streams.err << line << std::flush;
}

}  // namespace

std::string escaped_line(const std::string& text) {
    return without_runner_commands(printable(text), "\\x23");
}

void note(const Streams& streams, const std::string& text) {
    print_message(streams, "note", text);
}

void warn(const Streams& streams, const std::string& text) {
    print_message(streams, "warning", text);
}

void print_error(const Streams& streams, const UserError& error) {
    if (!streams.options.json_messages) return print_error(streams.err, error.what());
    const HubError known = to_hub_error(error);
    JsonObject members{{"level", json_string("error")},
                       {"problem", json_string(std::string(name_of(known.problem)))},
                       {"message", json_string(known.what())}};
    if (known.http_status) members.push_back({"http_status", json_integer(*known.http_status)});
    streams.err << json_line(std::move(members)) << std::flush;
}

void print_error(std::ostream& err, const std::string& text) {
    err << "onnxhub: error: " << escaped_line(text) << '\n';
}

/// Of one rule, without --verbose.
constexpr std::size_t listed_warnings = 10;

void print(const Streams& streams, const Diagnostics& diagnostics) {
    std::set<std::string> printed;
    std::map<std::string, std::size_t> counts;  // of warnings and notes, by rule
    const auto limit = streams.options.verbose ? std::string::npos : listed_warnings;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (!is_shown(streams, diagnostic.severity)) continue;
        const std::string text = escaped_line(to_text(diagnostic));
        const std::string name(name_of(diagnostic.severity));
        if (!printed.insert(name + text).second) continue;
        const bool is_counted = diagnostic.severity != Severity::error && !diagnostic.rule.empty();
        if (is_counted && ++counts[diagnostic.rule] > limit) continue;
        const bool color = uses_color(streams);
        streams.err << "onnxhub: " << (color ? severity_color(diagnostic.severity) : "") << name
                    << ":" << (color ? "\033[0m " : " ") << text << '\n';
    }
    for (const auto& [rule, count] : counts) {
        if (count <= limit) continue;
        note(streams, "and " + std::to_string(count - limit) + " more of " + rule +
                          " (--verbose lists them)");
    }
}

}  // namespace onnxhub
