// SPDX-License-Identifier: Apache-2.0
// [[override]]: the last word on the facts of some models. Private to this module.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/glob.h"
#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

/// The overrides of a hub. For each fact of a model, the first override that states it wins.
class RowOverrides {
public:
    /// Keeps a reference to `settings`.
    explicit RowOverrides(const Settings& settings);

    /// Sets the overridden facts of a row with their origins. Returns these facts.
    std::set<Fact> apply(ModelRow& row, StatedFacts& stated);

    /// Marks the overrides of a model as used.
    void use_for(const std::string& path);

    /// The lines of overrides that have matched no row.
    std::vector<int> unused_lines() const;

private:
    bool use(std::size_t position, const std::string& path);

    const Settings& settings_;
    std::shared_ptr<const std::string> file_;
    std::vector<std::vector<Glob>> globs_;  ///< of settings_.overrides
    std::vector<bool> is_used_;
};

}  // namespace onnxhub
