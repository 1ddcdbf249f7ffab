// SPDX-License-Identifier: Apache-2.0
// Kinds of damage that hubs have suffered, each at many positions, with what must be found then.
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

/// What a damage must lead to.
struct Consequences {
    std::set<ExpectedFinding> required;
    std::set<std::string> allowed;  ///< rules that may fire too, anywhere
};

struct Damage {
    const char* name;
    /// Damages the hub at the `position`-th place where that can be; false when there are fewer.
    std::function<bool(HubFiles& hub, std::size_t position, Consequences& consequences)> apply;
    bool needs_bytes = false;  ///< models must be in the local LFS store
};

const std::vector<Damage>& all_damages();

/// Rules that at least one damage to `healthy` requires to fire.
std::set<std::string> rules_of_damages(const HubFiles& healthy);

/// How well validation did on a kind of damage.
struct DamageScore {
    std::size_t positions = 0;
    std::size_t required = 0;
    std::size_t found = 0;      ///< of those required
    std::size_t reported = 0;   ///< findings that the hub before did not have
    std::size_t explained = 0;  ///< of those reported, required or allowed
    std::vector<std::string> complaints;
};

/// Applies one kind at up to `positions` places, evenly spread over `stride`-th ones.
DamageScore score(const Damage& damage, const HubFiles& healthy, const std::vector<Finding>& known,
                  std::size_t positions, std::size_t stride, ModelChecker* checker = nullptr);

/// A table of all kinds with recall and precision, for the test's output; the totals at its end.
std::string score_table(const std::vector<std::pair<const char*, DamageScore>>& scores);

}  // namespace onnxhub::test
