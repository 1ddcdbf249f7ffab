// SPDX-License-Identifier: Apache-2.0
// Where rules put their findings and count the checks they skipped.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// A line of a file; line 0 means the whole file.
struct Place {
    std::string file;
    int line = 0;
    std::string field = {};  ///< of the entry: "metadata.model_sha"; may be empty
    int cell = 0;            ///< Diagnostic::cell
};

/// What a finding is about, in addition to its place.
struct Subject {
    std::string name;   ///< Finding::subject
    std::string about;  ///< Finding::about
};

/// Bounds on the memory that a hostile hub can use: further findings of a rule are only counted,
/// and longer texts are cut.
inline constexpr std::size_t findings_of_rule_limit = 100'000;
inline constexpr std::size_t finding_text_limit = 4'000;  // bytes

/// Not thread-safe: parallel rules use one list each and append these in a fixed order.
class FindingList {
public:
    void report(const RuleInfo& rule, Place place, std::string message, std::string hint,
                Subject subject = {});

    void add(Finding finding);

    /// A problem that a reader reported, with the reader's severity. make_report() replaces it by
    /// the severity of the rule.
    void report(const Diagnostic& diagnostic);

    void skip(const RuleInfo& rule, const std::string& reason, std::size_t count = 1);

    /// Models that were run. Lists that are appended have the same runtime.
    void add_runs(RunReport runs);

    void append(FindingList other);

    const std::vector<Finding>& findings() const { return findings_; }
    std::vector<Finding> take_findings() { return std::move(findings_); }
    std::vector<Unchecked> unchecked() const;  ///< by rule, then reason
    /// By rule, the number of findings that were only counted.
    const std::map<std::string, std::size_t>& left_out() const { return left_out_; }

    const RunReport& runs() const { return runs_; }

private:
    std::vector<Finding> findings_;
    std::map<std::string, std::size_t> counts_;  ///< by rule
    std::map<std::string, std::size_t> left_out_;
    std::map<std::pair<std::string, std::string>, std::size_t> skipped_;
    RunReport runs_;
};

/// Calls `check` for each index below `count`, on up to `jobs` threads, with a list of its own.
/// Their findings come in the order of the indexes. Needs memory for those of a block, not of all.
void check_each(std::size_t count, unsigned jobs, FindingList& findings,
                const std::function<void(std::size_t, FindingList&)>& check);

/// The most frequent reason: the files are Git LFS pointers.
inline constexpr const char* not_downloaded = "not downloaded";

}  // namespace onnxhub
