// SPDX-License-Identifier: Apache-2.0
// Known findings, which a hub with old debt passes by: the file of --baseline. See docs/reports.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/diagnostic.h"
#include "validator/finding.h"

namespace onnxhub {

struct KnownFinding {
    std::string fingerprint;  ///< see fingerprints()
    std::string rule;
    std::string file;
    std::string subject;
    std::string message;
    std::string reason;  ///< why it is lived with; people add it, and it is kept

    bool operator==(const KnownFinding&) const = default;
};

struct Baseline {
    std::vector<KnownFinding> findings;

    bool operator==(const Baseline&) const = default;
};

/// One JSON object, diff-friendly: findings sorted by file, rule and fingerprint. Reasons of
/// `previous` (may be null) stay with their findings.
std::string baseline_text(const std::vector<Finding>& findings, const Baseline* previous);

/// On failure says where and why; `path` stands for the file.
std::variant<Baseline, Diagnostic> parse_baseline(std::string_view text, const std::string& path);

struct BaselineOutcome {
    std::vector<Finding> fresh;      ///< those the baseline does not know, in their order
    std::size_t known_count = 0;     ///< findings it knows
    std::vector<std::string> fixed;  ///< what it knows and was not found: "rule: file: message"
};

BaselineOutcome pass_known(const Baseline& baseline, std::vector<Finding> findings);

}  // namespace onnxhub
