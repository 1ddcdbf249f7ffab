// SPDX-License-Identifier: Apache-2.0
#include "sources/hub_rows.h"

#include "sources/official_rows.h"
#include "sources/source_rows.h"

namespace onnxhub {

HubRows read_hub_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                      Diagnostics& diagnostics) {
    if (settings.sources.empty() && settings.overrides.empty()) {
        return read_official_rows(tree, settings, jobs, diagnostics);
    }
    return read_source_rows(tree, settings, jobs, diagnostics);
}

}  // namespace onnxhub
