// SPDX-License-Identifier: Apache-2.0
// What decides about a change: settings and baseline as they are at its base. A change must not
// grade itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/hub_folder.h"
#include "generator/settings.h"
#include "validator/change_rules.h"

namespace onnxhub {

struct BaseChecks {
    /// Those that decide what is ignored. Nothing: --settings names a file that isn't part of the
    /// repository, which no change can edit.
    std::optional<Settings> settings;
    /// Text of the baseline. Nothing: none is used, or it isn't part of the repository.
    std::optional<std::string> baseline;
    std::vector<ChangedCheck> changed;
    std::vector<std::string> notices;  ///< what the reader of a report should know; sentences
};

struct BaseChecksRequest {
    const HubFolder& hub;
    const CommitId& base;
    const std::optional<std::string>& settings_file;  ///< of --settings
    const std::optional<std::string>& baseline_file;  ///< of --baseline
};

/// Files that the base lacks and the change adds count as empty. Settings of the base that can't be
/// read count as none, with a notice. Throws UserError when the base or its baseline can't
/// be read.
BaseChecks read_base_checks(const BaseChecksRequest& request);

}  // namespace onnxhub
