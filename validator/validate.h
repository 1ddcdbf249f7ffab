// SPDX-License-Identifier: Apache-2.0
// The whole check: a repository and its manifest become a report.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/model_checker.h"
#include "validator/change_rules.h"
#include "validator/finding.h"
#include "validator/hub_state.h"
#include "validator/remote_rules.h"

namespace onnxhub {

/// Which rules count. Names are ids of rules or of families; selecting none selects all.
class RuleSelection {
public:
    /// Throws UserError for a name that is neither, with the nearest that is.
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
    ModelChecker* checker = nullptr;  ///< null: the checker's rules pass every model by
    RemoteObjects remote = {};        ///< empty: nothing is asked
    unsigned jobs = 0;
    const BaseHub* base = nullptr;      ///< of a change: what the family "changes" compares with
    const Settings* judging = nullptr;  ///< say what is ignored; null: those of the hub
    bool schema_only = false;           ///< the document family alone
    std::optional<Shard> shard{};       ///< what the report says it is of
};

/// Runs the rules over the hub's part.
void run_rules(const HubState& hub, const ValidateOptions& options, FindingList& findings);

/// What was found in all parts of a shard, or of the hub: sorted, with the lines of the files, less
/// what settings ignore. Throws UserError when there was nothing to check.
ValidationReport make_report(const HubState& hub, const ValidateOptions& options,
                             FindingList findings);

/// Both in a row.
ValidationReport validate(const HubState& hub, const ValidateOptions& options);

}  // namespace onnxhub
