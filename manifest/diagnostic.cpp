// SPDX-License-Identifier: Apache-2.0
#include "manifest/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

/// Whether a terminal or a reader could be deceived by it: controls, and marks that change the
/// direction of text (https://www.unicode.org/reports/tr9/).
bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

}  // namespace

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

std::string printable(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(std::string_view(text).substr(i), c);
        if (length > 0 && !is_unprintable(c)) {
            result.append(text, i, length);
        } else {
            for (std::size_t k = i; k < i + std::max<std::size_t>(length, 1); ++k) {
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[k]));
            }
        }
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string to_text(const Diagnostic& diagnostic) {
    std::string text = printable(diagnostic.file);
    if (diagnostic.line > 0) text += ":" + std::to_string(diagnostic.line);
    text += ": " + printable(diagnostic.message);
    if (!diagnostic.hint.empty()) text += "; " + printable(diagnostic.hint);
    return text;
}

}  // namespace onnxhub
