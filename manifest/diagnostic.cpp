// SPDX-License-Identifier: Apache-2.0
#include "manifest/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/escaping.h"

namespace onnxhub {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::note:
            break;
    }
    return "note";
}

std::optional<Severity> parse_severity(std::string_view name) {
    for (const Severity severity : {Severity::note, Severity::warning, Severity::error}) {
        if (name == name_of(severity)) return severity;
    }
    return std::nullopt;
}

void Diagnostics::report(Diagnostic diagnostic) {
    all_.push_back(std::move(diagnostic));
}

void Diagnostics::append(Diagnostics other) {
    std::move(other.all_.begin(), other.all_.end(), std::back_inserter(all_));
}

bool Diagnostics::has_errors() const {
    return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::error;
    });
}

std::string to_text(const Diagnostic& diagnostic) {
    std::string text = printable(diagnostic.file);
    if (diagnostic.line > 0) text += ":" + std::to_string(diagnostic.line);
    text += ": " + printable(diagnostic.message);
    if (!diagnostic.hint.empty()) text += "; " + printable(diagnostic.hint);
    return text;
}

}  // namespace onnxhub
