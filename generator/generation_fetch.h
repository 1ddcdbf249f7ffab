// SPDX-License-Identifier: Apache-2.0
// Fetches the models that entries need and that are not available locally: in batches where the
// disk is small, and resumable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "generator/generate.h"
#include "manifest/shard.h"
#include "repository/fetch_observer.h"
#include "repository/hub_folder.h"

namespace onnxhub {

struct FetchOptions {
    bool drop = false;                            ///< delete each batch after it was read
    std::optional<std::uint64_t> max_disk_bytes;  ///< largest size of a batch
    std::optional<std::string> resume_file;       ///< holds a ManifestPart that is not complete
};

/// Identifies the run, for `resume_file`.
struct RunIdentity {
    Shard shard;
    Sha256 inputs;
};

/// Fetches what `results` miss and replaces these rows. Opens `hub.tree` again after each batch.
/// `options.resume_file` is read first: rows of the same run and the same bytes are taken from it.
/// It is written after each batch and removed when everything was fetched. What git-lfs cannot
/// fetch stays missing and is an error among `diagnostics`.
void fetch_missing(HubFolder& hub, const GenerationPlan& plan, const GenerateOptions& generate,
                   const FetchOptions& options, const RunIdentity& run,
                   std::vector<RowResult>& results, Diagnostics& diagnostics,
                   FetchObserver& observer);

}  // namespace onnxhub
