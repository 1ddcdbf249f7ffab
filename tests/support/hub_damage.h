// SPDX-License-Identifier: Apache-2.0
// Kinds of damage that occurred in real hubs, each at many positions, with the findings that must
// result.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/hub_files.h"

namespace onnxhub::test {

struct ExpectedFinding {
    std::string rule;
    std::string file;
    int line = 0;

    auto operator<=>(const ExpectedFinding&) const = default;
};

/// The findings that a damage must cause.
struct Consequences {
    std::set<ExpectedFinding> required;
    std::set<std::string> allowed;  ///< rules that may also fire, anywhere
};

struct Damage {
    const char* name;
    /// Damages the hub at the `position`-th possible place; false when there are fewer.
    std::function<bool(HubFiles& hub, std::size_t position, Consequences& consequences)> apply;
    bool needs_bytes = false;  ///< models must be in the local LFS store
};

const std::vector<Damage>& all_damages();

/// Rules that at least one damage to `healthy` requires to fire.
std::set<std::string> rules_of_damages(const HubFiles& healthy);

/// Results of validation for a kind of damage.
struct DamageScore {
    std::size_t positions = 0;
    std::size_t required = 0;
    std::size_t found = 0;      ///< number of required findings that were reported
    std::size_t reported = 0;   ///< findings that the healthy hub did not have
    std::size_t explained = 0;  ///< reported findings that are required or allowed
    std::vector<std::string> complaints;
};

/// Applies one kind of damage at up to `positions` places, spread evenly over every `stride`-th
/// one.
DamageScore score(const Damage& damage, const HubFiles& healthy, const std::vector<Finding>& known,
                  std::size_t positions, std::size_t stride, ModelChecker* checker = nullptr);

/// A table of recall and precision for all kinds, with totals at its end, for the test's output.
std::string score_table(const std::vector<std::pair<const char*, DamageScore>>& scores);

}  // namespace onnxhub::test
