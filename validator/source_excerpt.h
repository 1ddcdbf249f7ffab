// SPDX-License-Identifier: Apache-2.0
// The line of a finding for a terminal, with marks under the region.
#pragma once

#include <string>

#include "validator/finding.h"

namespace onnxhub {

struct SourceExcerpt {
    std::string line;    ///< tabs expanded, unprintable characters as \xNN, cut to fit a terminal
    std::string marker;  ///< spaces, then '^' under each terminal column of the region
};

/// Reads only the shown part of a long line. `finding.source_line` must not be empty.
SourceExcerpt excerpt_source(const Finding& finding);

}  // namespace onnxhub
