// SPDX-License-Identifier: Apache-2.0
// Settings and baseline of the base commit. A change must not loosen the checks that apply to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "repository/hub_folder.h"
#include "sources/settings.h"
#include "validator/change_rules.h"
#include "validator/repository_change.h"

namespace onnxhub {

struct BaseChecks {
    /// The settings that decide what is ignored. Absent: --settings names a file outside the
    /// repository, which no change can edit.
    std::optional<Settings> settings;
    /// Text of the baseline. Absent: none is used, or it is not part of the repository.
    std::optional<std::string> baseline;
    std::vector<ChangedCheck> changed;
    std::vector<std::string> notices;  ///< for the reader of a report; sentences
};

struct BaseChecksRequest {
    const HubFolder& hub;
    RepositoryChange& change;
    const std::optional<std::string>& settings_file;  ///< of --settings
    const std::optional<std::string>& baseline_file;  ///< of --baseline
};

/// Files that the base lacks and the change adds count as empty. Settings of the base that cannot
/// be read count as none, with a notice. Throws UserError when the base or its baseline cannot be
/// read.
BaseChecks read_base_checks(const BaseChecksRequest& request);

}  // namespace onnxhub
