// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "manifest/manifest.h"
#include "repository/tree.h"
#include "sources/settings.h"

namespace onnxhub {

/// One of the two compared trees.
struct HubSide {
    const Tree& tree;
    const Settings& settings;
    const ManifestDocument* manifest =
        nullptr;  ///< has the ports of models that are not downloaded
};

}  // namespace onnxhub
