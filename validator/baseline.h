// SPDX-License-Identifier: Apache-2.0
// The file of --baseline: existing findings, which are suppressed. See docs/reports.md.
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
    std::string fingerprint;
    std::string rule;
    std::string file;
    std::string subject;
    std::string message;
    std::string reason;  ///< why it is accepted; written by people, and kept

    bool operator==(const KnownFinding&) const = default;
};

struct Baseline {
    bool has_message_fingerprints = false;  ///< version 1: see message_fingerprints()
    std::vector<KnownFinding> findings;

    bool operator==(const Baseline&) const = default;
};

/// One JSON object. Findings are sorted by file, rule and fingerprint, so that diffs are small.
/// Findings keep their reasons from `previous`, which may be null.
std::string baseline_text(const std::vector<Finding>& findings, const Baseline* previous);

/// On failure, a diagnostic for the file `path`.
std::variant<Baseline, Diagnostic> parse_baseline(std::string_view text, const std::string& path);

struct BaselineOutcome {
    std::vector<Finding> fresh;      ///< findings that are not in the baseline, in their order
    std::size_t known_count = 0;     ///< findings in the baseline
    std::vector<std::string> fixed;  ///< in the baseline only: "rule: file: message"
};

BaselineOutcome apply_baseline(const Baseline& baseline, std::vector<Finding> findings);

}  // namespace onnxhub
