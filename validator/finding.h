// SPDX-License-Identifier: Apache-2.0
// Results of a validation: findings at places in a hub's files, and skipped checks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "manifest/shard.h"

namespace onnxhub {

/// A rule and its documentation. Each text is one or more sentences of Markdown.
struct RuleInfo {
    std::string_view id;  ///< one of manifest/rule_ids.h
    Severity severity = Severity::error;
    std::string_view family;   ///< document, files, pointers, remote, tables, graph, operators, …
    std::string_view what;     ///< what the rule reports
    std::string_view why;      ///< why it matters
    std::string_view example;  ///< an example of the problem
    std::string_view fix;      ///< how to repair it
    bool is_fixable = false;   ///< by `onnxhub validate --fix`
};

/// One problem at one place.
struct Finding {
    std::string rule;
    Severity severity = Severity::error;
    std::string file;     ///< relative to the hub's root, '/' as separator
    int line = 0;         ///< 1-based; 0: the file as a whole
    int column = 0;       ///< 1-based, bytes; 0: the whole line
    int end_column = 0;   ///< 1-based, exclusive; 0: to the end of the line
    std::string message;  ///< what is wrong: one clause without severity, file name and full stop
    std::string hint;     ///< what to do: one clause; may be empty
    std::string subject;  ///< independent of line numbers: "ResNet18 (opset 7, …)"
    std::string about;    ///< path of the model or archive, if `file` is another file
    std::string key;      ///< which of several problems of the subject: a field of the entry, or
                          ///< what the line holds (see key_of_line()); may be empty
    std::string source_line;  ///< text of the line, for reports; may be empty
    int cell = 0;             ///< Diagnostic::cell, from which the columns are found

    bool operator==(const Finding&) const = default;
};

/// Skipped checks of a rule, for example of models that are not downloaded.
struct Unchecked {
    std::string rule;
    std::size_t count = 0;
    std::string reason;  ///< "not downloaded"

    bool operator==(const Unchecked&) const = default;
};

/// One model that `validate --run` ran with its test data.
struct ModelRunResult {
    std::string model;              ///< path of the model
    std::string outcome;            ///< "passed", "failed" or "inconclusive"
    std::string reason;             ///< one clause; empty: passed
    double largest_difference = 0;  ///< of two numbers, between an output and the expected one
    double seconds = 0;             ///< of the run
    bool is_cached = false;         ///< an earlier run of the same model and data

    bool operator==(const ModelRunResult&) const = default;
};

/// What `validate --run` did.
struct RunReport {
    std::string runtime;                 ///< "onnxruntime-node 1.30.0"; empty: nothing was run
    std::vector<ModelRunResult> models;  ///< by path

    bool operator==(const RunReport&) const = default;
};

/// Of a report, so that it does not grow with a hub of any size.
inline constexpr std::size_t listed_files_limit = 100'000;

/// The outcome of a validation, from which all reports are made.
struct ValidationReport {
    std::vector<Finding> findings;  ///< by file, line, column, rule
    std::vector<Unchecked> unchecked;
    std::vector<std::string>
        notices;  ///< one sentence each, for example about fixed findings of the baseline
    std::size_t entries_checked = 0;
    std::size_t rows_checked = 0;
    std::size_t files_checked = 0;
    /// The models, archives, tables and manifest among them, sorted; at most listed_files_limit.
    std::vector<std::string> files;
    std::string folder;          ///< of the hub in its repository, '/' as separator; "": the top
    std::optional<Shard> shard;  ///< absent: the whole scope
    RunReport runs;

    bool operator==(const ValidationReport&) const = default;
};

/// A fingerprint identifies a finding in later runs and later versions, also when its line moves or
/// its message is worded differently. It has 16 hexadecimal digits and depends on rule, file,
/// subject, about and key, and on a counter if these are equal.
std::vector<std::string> fingerprints(const std::vector<Finding>& findings);

/// Fingerprints that depend on rule, file, subject and message instead: for findings of one version
/// of the program, and for baselines of version 1.
std::vector<std::string> message_fingerprints(const std::vector<Finding>& findings);

/// The key of a finding without a subject: a digest of its line, in which any blanks count as one.
/// Empty for an empty line.
std::string key_of_line(std::string_view line);

}  // namespace onnxhub
