// SPDX-License-Identifier: Apache-2.0
// The line a finding is about as a terminal shows it, with marks under the region meant.
#pragma once

#include <string>

#include "validator/finding.h"

namespace onnxhub {

struct SourceExcerpt {
    std::string line;    ///< tabs expanded, unprintable characters as \xNN, cut to fit a terminal
    std::string marker;  ///< spaces, then '^' under each terminal column of the region
};

/// Reads only the part of a long line that is shown. `finding.source_line` must not be empty.
SourceExcerpt excerpt_source(const Finding& finding);

}  // namespace onnxhub
