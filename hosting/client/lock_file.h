// SPDX-License-Identifier: Apache-2.0
// onnxhub.lock: models as they were at one moment, to be loaded exactly so (docs/client.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosting/client/hub_client.h"
#include "repository/git_repository.h"

namespace onnxhub {

inline constexpr std::string_view lock_file_name = "onnxhub.lock";

struct LockFile {
    std::string hub;                  ///< a spec
    std::optional<CommitId> commit;   ///< of the hub when it was locked
    std::vector<WantedModel> models;  ///< their files with addresses at that commit, no secrets
};

/// JSON with a line break at its end; the same content gives the same bytes.
std::string to_text(const LockFile& lock);

/// Throws EnvironmentError when `text` is no lock file; `shown_name` stands for it in messages.
LockFile parse_lock_file(std::string_view text, const std::string& shown_name);

}  // namespace onnxhub
