// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <ostream>
#include <set>
#include <string>

#include "base/escaping.h"

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

}  // namespace

std::string escaped_line(const std::string& text) {
    return without_runner_commands(printable(text), "\\x23");
}

void note(const Streams& streams, const std::string& text) {
    if (streams.options.quiet) return;
    streams.err << "onnxhub: " << escaped_line(text) << '\n';
}

void print_error(std::ostream& err, const std::string& text) {
    err << "onnxhub: error: " << escaped_line(text) << '\n';
}

void print(const Streams& streams, const Diagnostics& diagnostics) {
    std::set<std::string> printed;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (!is_shown(streams, diagnostic.severity)) continue;
        const std::string text = escaped_line(to_text(diagnostic));
        const std::string name(name_of(diagnostic.severity));
        if (!printed.insert(name + text).second) continue;
        const bool color = uses_color(streams);
        streams.err << "onnxhub: " << (color ? severity_color(diagnostic.severity) : "") << name
                    << ":" << (color ? "\033[0m " : " ") << text << '\n';
    }
}

}  // namespace onnxhub
