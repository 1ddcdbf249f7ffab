// SPDX-License-Identifier: Apache-2.0
// What validation finds: statements about places in a hub's files, and what could not be checked.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "manifest/shard.h"

namespace onnxhub {

/// A rule as its users know it. Every text is one or a few plain sentences of Markdown.
struct RuleInfo {
    std::string_view id;  ///< one of manifest/rule_ids.h
    Severity severity = Severity::error;
    std::string_view family;   ///< document, files, pointers, remote, tables, graph, archive, …
    std::string_view what;     ///< what the rule finds
    std::string_view why;      ///< why it hurts
    std::string_view example;  ///< of what is found
    std::string_view fix;      ///< how to repair it
    bool is_fixable = false;   ///< by `onnxhub validate --fix`
};

/// One statement about a place.
struct Finding {
    std::string rule;
    Severity severity = Severity::error;
    std::string file;     ///< from the hub's root, '/' between folders
    int line = 0;         ///< 1-based; 0: the file as a whole
    int column = 0;       ///< 1-based, bytes; 0: the whole line
    int end_column = 0;   ///< 1-based, exclusive; 0: to the end of the line
    std::string message;  ///< what is wrong, one clause: no severity, no file name, no full stop
    std::string hint;     ///< what to do about it, one clause; may be empty
    std::string subject;  ///< what it is about, the same when lines move: "ResNet18 (opset 7, …)"
    std::string about;    ///< path of the model or archive it is about, where `file` is another
    std::string source_line;  ///< text of the line, for reports that show it; may be empty

    bool operator==(const Finding&) const = default;
};

/// Things a rule had to pass by, such as models whose bytes are not here.
struct Unchecked {
    std::string rule;
    std::size_t count = 0;
    std::string reason;  ///< "their bytes are not here"

    bool operator==(const Unchecked&) const = default;
};

/// The outcome of a validation, as every report writer gets it.
struct ValidationReport {
    std::vector<Finding> findings;  ///< by file, line, column, rule
    std::vector<Unchecked> unchecked;
    std::vector<std::string> notices;  ///< one sentence each: baseline entries that are fixed, …
    std::size_t entries_checked = 0;
    std::size_t rows_checked = 0;
    std::size_t files_checked = 0;
    std::string folder;          ///< of the hub in its repository, '/' between folders; "": the top
    std::optional<Shard> shard;  ///< absent: all of the hub that was asked for

    bool operator==(const ValidationReport&) const = default;
};

/// The same finding in a later run has the same fingerprint, wherever its line is then: 16
/// hexadecimal digits over rule, file, subject and message, and a counter where those are equal.
std::vector<std::string> fingerprints(const std::vector<Finding>& findings);

}  // namespace onnxhub
