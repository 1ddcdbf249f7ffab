// SPDX-License-Identifier: Apache-2.0
// onnxhub.lock: models as they were at one moment, to be loaded exactly so (docs/client.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosting/client/hub_client.h"
#include "hosting/client/model_query.h"
#include "hosting/client/user_config.h"
#include "repository/git_repository.h"

namespace onnxhub {

inline constexpr std::string_view lock_file_name = "onnxhub.lock";

/// Larger files are refused: a file of a model takes some 400 bytes.
inline constexpr std::uint64_t lock_file_limit = 16 << 20;  // bytes

struct LockedModel {
    WantedModel wanted;  ///< its files, with addresses at the commit, no secrets
    VersionConstraint constraint =
        {};                          ///< that it was locked with; `lock --update` applies it again
    std::optional<CommitId> commit;  ///< of the hub when the model was locked; absent: not pinned
};

struct LockFile {
    std::string hub;  ///< as ClientOptions::hub takes it: a name of the configuration, or a spec
    std::string address;  ///< the hub's spec without passwords; the same as `hub` unless that is a
                          ///< name of the configuration
    std::optional<CommitId> commit;   ///< of the hub when it was last read for this file
    std::vector<LockedModel> models;  ///< in the order in which they were first locked
};

/// JSON with a line break at its end; the same content gives the same bytes. Says whether all
/// models are pinned to a commit.
std::string to_text(const LockFile& lock);

/// Throws UserError, with the line, when `text` is not a lock file; `shown_name` stands for
/// it in messages. Takes time linear in the length of `text`, but for sorting keys.
LockFile parse_lock_file(std::string_view text, const std::string& shown_name);

/// Reads the file at `path`. Throws UserError as parse_lock_file() does, when there is no
/// such file, and for files over lock_file_limit.
LockFile read_lock_file(const std::string& path);

/// What ClientOptions::hub should be: the hub's name where `config` has it, so that its trust,
/// token and mirrors apply; its address elsewhere.
std::string hub_of(const LockFile& lock, const UserConfig& config);

/// Names are compared without case.
bool is_named(const LockedModel& model, std::string_view name);

/// Whether both are the same model (names are compared without case), with or without test data.
bool is_same_model(const LockedModel& one, const LockedModel& other);

/// Takes the place of the same model, or comes last.
void put_model(LockFile& lock, LockedModel model);

/// Removes all entries of this name, compared without case. Returns whether there were any.
bool remove_model(LockFile& lock, std::string_view name);

}  // namespace onnxhub
