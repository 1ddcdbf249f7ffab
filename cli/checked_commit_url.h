// SPDX-License-Identifier: Apache-2.0
// Where a browser shows the commit that a CI job checks.
#pragma once

#include <string>

#include "base/environment.h"

namespace onnxhub {

/// The URL of the commit's files, with a slash at its end, from the variables of GitHub Actions or
/// GitLab CI. Empty elsewhere, and when a variable is not of the expected form.
/// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
/// https://docs.gitlab.com/ci/variables/predefined_variables/
std::string checked_commit_url(const Environment& environment);

}  // namespace onnxhub
