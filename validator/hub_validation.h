// SPDX-License-Identifier: Apache-2.0
// Validates a hub on disk or in a repository: opens it, compares it with a base, fetches what is
// missing, repairs the manifest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "generator/content_table.h"
#include "http/address_policy.h"
#include "manifest/shard.h"
#include "model/model_checker.h"
#include "model/shape_inference.h"
#include "remote/hub_peek.h"
#include "repository/fetch_observer.h"
#include "repository/hub_folder.h"
#include "validator/finding.h"
#include "validator/remote_rules.h"
#include "validator/run_rules.h"

namespace onnxhub {

/// What a run does about models and archives that are not available locally.
struct ValidationFetch {
    bool drop = false;                            ///< check in batches and delete each afterwards
    std::optional<std::uint64_t> max_disk_bytes;  ///< largest size of a batch
    std::optional<std::string> resume_file;       ///< keeps the findings of finished batches
};

struct ValidationRequest {
    std::filesystem::path folder = ".";        ///< top directory of the hub
    std::optional<std::string> revision;       ///< absent: the working tree
    std::optional<std::string> manifest_file;  ///< absent: the hub's own
    std::optional<std::string> settings_file;  ///< absent: onnxhub.toml of the hub
    std::optional<std::string> changed_since;  ///< report only what changed since this revision
    std::optional<std::string> baseline_file;  ///< findings to suppress
    std::vector<std::string> select;           ///< rules or families; empty: all
    std::vector<std::string> ignore;
    std::optional<Shard> shard;
    std::optional<ValidationFetch> fetch;
    /// Reads graphs from servers, without weights. With `changed_since` the Git LFS server is asked
    /// first, and the mirrors are those of the base.
    std::optional<PeekRequest> peek;
    bool keeps_notes = true;       ///< false: findings of severity note are removed
    bool deepens = false;          ///< may fetch history to find the base
    bool schema_only = false;      ///< the manifest by itself
    bool fixes = false;            ///< repairs the manifest, with the lock of the hub
    bool allows_removals = false;  ///< for `fixes`: removes more than a tenth of the entries
    unsigned jobs = 0;
};

/// All may be null or empty.
struct ValidationTools {
    ShapeInference* inference = nullptr;
    ModelChecker* checker = nullptr;
    ContentObserver* content = nullptr;
    /// Connects to the Git LFS server of the hub; empty: no server is asked.
    std::function<RemoteObjects(const HubFolder&)> connect = {};
    RemoteSources remote_sources = {};  ///< empty: no server of models elsewhere is asked
    AddressPolicy addresses = {};       ///< decides which URLs of models are valid
    const RunTool* run = nullptr;       ///< runs models with their test data; null: none
};

struct HubValidation {
    ValidationReport report;
    /// Messages of git-lfs when it failed: then not everything was checked.
    std::vector<std::string> fetch_problems;
    std::optional<PeekSummary> peeked;  ///< with `peek`; an estimate if that is dry
};

/// Reads each tree once: batches, fetched files and repairs share the files and tables that were
/// read at first. With a dry `peek`, only `peeked` is set. Throws UserError when the hub cannot be
/// opened or there is nothing to check.
HubValidation validate_hub(const ValidationRequest& request, const ValidationTools& tools,
                           FetchObserver& observer);

}  // namespace onnxhub
