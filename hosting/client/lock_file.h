// SPDX-License-Identifier: Apache-2.0
// onnxhub.lock: pins models, so that later loads get exactly the same files (docs/client.md).
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

/// Larger files are rejected. One file of a model takes about 400 bytes.
inline constexpr std::uint64_t lock_file_limit = 16 << 20;  // bytes

struct LockedModel {
    WantedModel wanted;  ///< its files, with URLs at the commit and without secrets
    /// The constraint it was locked with; `lock --update` applies it again.
    VersionConstraint constraint = {};
    /// Commit of the hub when the model was locked; absent: not pinned.
    std::optional<CommitId> commit;
};

/// The statement of a signed hub from which models were locked.
struct LockedStatement {
    std::string hub;       ///< HubStatement::hub
    StatementFloor floor;  ///< its root and version
};

struct LockFile {
    std::string hub;      ///< as in ClientOptions::hub: a name of the configuration, or a spec
    std::string address;  ///< the hub's spec without passwords; the same as `hub` unless that is a
                          ///< name of the configuration
    std::optional<CommitId> commit;   ///< commit of the hub when it was last read for this file
    std::vector<LockedModel> models;  ///< in the order in which they were first locked
    /// Set if the user had pinned the hub when it was last read for this file.
    std::optional<LockedStatement> statement = {};
};

/// JSON with a line break at its end; the same content gives the same bytes. States whether all
/// models are pinned to a commit.
std::string to_text(const LockFile& lock);

/// The text for a lock file at `path`, where the paths of local hubs are relative to its directory.
/// In `lock` they are relative to the working directory.
std::string to_text_at(const std::string& path, const LockFile& lock);

/// Throws UserError, with the line, when `text` is not a lock file; messages call it `shown_name`.
/// Takes time linear in the length of `text`, except for sorting keys.
LockFile parse_lock_file(std::string_view text, const std::string& shown_name);

/// Reads the file at `path`. Paths of local hubs become relative to the working directory. Throws
/// UserError as parse_lock_file() does, when the file does not exist, and for files larger than
/// lock_file_limit.
LockFile read_lock_file(const std::string& path);

/// Whether both texts name the same hub, at the same ref. A local hub may be written in several
/// ways.
bool is_same_hub(const std::string& one, const std::string& other);

/// The value for ClientOptions::hub: the hub's name if `config` has it, so that its trust, token
/// and mirrors apply; otherwise its address.
std::string hub_of(const LockFile& lock, const UserConfig& config);

/// Notes the statement that the client has read. Throws UserError when the file is of a signed hub
/// and the user has not pinned it, so that nothing was verified.
void take_statement(LockFile& lock, const HubClient& client, const std::string& shown_name);

/// Whether `name` is NAME (compared without case) or NAME@OPSET of the model.
bool is_named(const LockedModel& model, std::string_view name);

/// Whether both are the same model (names compared without case), with or without test data.
bool is_same_model(const LockedModel& one, const LockedModel& other);

/// Replaces the entry of the same model, or appends one.
void put_model(LockFile& lock, LockedModel model);

/// Removes all entries of this NAME or NAME@OPSET, as is_named() compares. Returns whether there
/// were any.
bool remove_model(LockFile& lock, std::string_view name);

}  // namespace onnxhub
