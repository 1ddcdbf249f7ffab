// SPDX-License-Identifier: Apache-2.0
// Validates a repository and its manifest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/address_policy.h"
#include "model/model_checker.h"
#include "validator/change_rules.h"
#include "validator/finding.h"
#include "validator/hub_state.h"
#include "validator/remote_rules.h"
#include "validator/run_rules.h"

namespace onnxhub {

/// The selected rules. Names are ids of rules or names of families; no names select all.
class RuleSelection {
public:
    /// Throws UserError for an unknown name, with the most similar name.
    RuleSelection(const std::vector<std::string>& selected,
                  const std::vector<std::string>& ignored);

    bool includes(std::string_view rule) const;
    bool includes_any_of(std::string_view family) const;
    bool is_everything() const { return is_everything_; }

private:
    std::set<std::string_view> rules_;
    bool is_everything_;
};

struct ValidateOptions {
    RuleSelection selection{{}, {}};
    ModelChecker* checker = nullptr;    ///< null: skip the checker's rules
    RemoteObjects remote = {};          ///< empty: send no requests
    RemoteSources remote_sources = {};  ///< the same, for URLs of models
    AddressPolicy addresses = {};       ///< decides which URLs of models are valid
    unsigned jobs = 0;
    const BaseHub* base = nullptr;      ///< of a change, for the family "changes"
    const Settings* judging = nullptr;  ///< for ignored findings; null: those of the hub
    const RunTool* run = nullptr;       ///< null: run no models
    bool schema_only = false;           ///< only the family "document"
    std::optional<Shard> shard{};       ///< the shard in the report
    /// Seconds since 1970, for signatures that expire; absent: the system's time.
    std::optional<std::int64_t> now{};
};

/// Runs the rules on the scope of `hub`.
void run_rules(const HubState& hub, const ValidateOptions& options, FindingList& findings);

/// Makes a report of the findings in all parts of a shard or hub: sorted, with source lines,
/// without ignored findings. Throws UserError if there was nothing to check.
ValidationReport make_report(const HubState& hub, const ValidateOptions& options,
                             FindingList findings);

/// run_rules() and make_report().
ValidationReport validate(const HubState& hub, const ValidateOptions& options);

}  // namespace onnxhub
