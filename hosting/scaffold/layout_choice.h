// SPDX-License-Identifier: Apache-2.0
// Finds out which known layouts a repository has.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hosting/scaffold/known_layouts.h"
#include "repository/tree.h"

namespace onnxhub {

struct LayoutMatch {
    const KnownLayout* layout = nullptr;  ///< never null
    std::size_t models = 0;               ///< that it describes
    bool is_chosen = false;
};

struct LayoutChoice {
    std::vector<LayoutMatch> matches;  ///< that describe at least one model, the best first
    /// [[source]] tables of the chosen layouts; "" if the official tables describe every model, so
    /// that the hub needs none.
    std::string settings;
    std::size_t described = 0;  ///< models with these settings
};

/// Tries every known layout on the files of `tree`. The layout that describes the most models comes
/// first; others follow if they describe models that the ones before do not, the layout "files" at
/// the end. A layout whose sources have errors in this repository is left out.
LayoutChoice choose_layouts(const Tree& tree, const std::string& hub_name, unsigned jobs);

}  // namespace onnxhub
