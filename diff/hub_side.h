// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "generator/settings.h"
#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

/// A hub at one moment.
struct HubSide {
    const Tree& tree;
    const Settings& settings;
    const ManifestDocument* manifest = nullptr;  ///< knows ports of models whose bytes are not here
};

}  // namespace onnxhub
