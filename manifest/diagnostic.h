// SPDX-License-Identifier: Apache-2.0
// Problems in a hub are data: modules collect diagnostics as values, and only cli/ prints them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxhub {

enum class Severity { note, warning, error };

std::string_view name_of(Severity severity);  ///< "error", "warning", "note"
std::optional<Severity> parse_severity(std::string_view name);

/// One statement about a file that the reader of a report may want to change.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string rule;     ///< stable and public, workflows select by it: "digest-mismatch"
    std::string file;     ///< relative to the hub's root, '/' between folders
    int line = 0;         ///< 1-based; 0 means the file as a whole
    std::string message;  ///< what is wrong, one clause: no severity, no file name, no full stop
    std::string hint;     ///< what to do about it, one clause; may be empty
    int cell = 0;         ///< 1-based number in a row of a Markdown table; 0: the whole line

    bool operator==(const Diagnostic&) const = default;
};

class Diagnostics {
public:
    void report(Diagnostic diagnostic);
    void append(Diagnostics other);  ///< at the end; callers append in a fixed order to keep
                                     ///< parallel work deterministic
    bool has_errors() const;
    bool empty() const { return all_.empty(); }
    const std::vector<Diagnostic>& all() const { return all_; }

private:
    std::vector<Diagnostic> all_;
};

/// "<file>[:<line>]: <message>[; <hint>]". Control characters and invalid UTF-8 are escaped, since
/// each part may quote an untrusted file.
std::string to_text(const Diagnostic& diagnostic);

}  // namespace onnxhub
