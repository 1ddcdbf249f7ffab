// SPDX-License-Identifier: Apache-2.0
// Where rules put what they find and what they had to pass by.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "validator/finding.h"

namespace onnxhub {

/// A line of a file; line 0 is the file as a whole.
struct Place {
    std::string file;
    int line = 0;
};

/// What a finding is about, beside its place.
struct Subject {
    std::string name;   ///< Finding::subject
    std::string about;  ///< Finding::about
};

/// More findings of one rule than these are only counted, and texts are cut after so many bytes:
/// bounds on memory for hostile hubs.
inline constexpr std::size_t findings_of_rule_limit = 100'000;
inline constexpr std::size_t finding_text_limit = 4'000;  // bytes

/// Not thread-safe: parallel rules collect their own and append them in a fixed order.
class FindingList {
public:
    void report(const RuleInfo& rule, Place place, std::string message, std::string hint,
                Subject subject = {});

    void add(Finding finding);

    /// Trouble the generator's readers tell of. Its rule may give it another severity here.
    void report(const Diagnostic& diagnostic);

    void skip(const RuleInfo& rule, const std::string& reason, std::size_t count = 1);

    void append(FindingList other);

    const std::vector<Finding>& findings() const { return findings_; }
    std::vector<Finding> take_findings() { return std::move(findings_); }
    std::vector<Unchecked> unchecked() const;  ///< by rule, then reason
    /// How many findings of each rule were only counted.
    const std::map<std::string, std::size_t>& left_out() const { return left_out_; }

private:
    std::vector<Finding> findings_;
    std::map<std::string, std::size_t> counts_;  ///< by rule
    std::map<std::string, std::size_t> left_out_;
    std::map<std::pair<std::string, std::string>, std::size_t> passed_by_;
};

/// Why most is passed by: the files are Git LFS pointers.
inline constexpr const char* bytes_not_here = "their bytes are not here";

}  // namespace onnxhub
