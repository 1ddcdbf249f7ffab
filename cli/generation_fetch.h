// SPDX-License-Identifier: Apache-2.0
// `generate --fetch`: models whose bytes are not here are got with git-lfs, some at a time where
// the disk is small, and what was read of them is kept in a file to go on from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "cli/command.h"
#include "cli/hub_folder.h"
#include "generator/generate.h"
#include "manifest/shard.h"

namespace onnxhub {

struct FetchOptions {
    std::optional<std::string> revision;
    bool drop = false;                            ///< each batch goes again after it was read
    std::optional<std::uint64_t> max_disk_bytes;  ///< of what is fetched at once
    std::optional<std::string> resume_file;       ///< a ManifestPart that is not complete
};

/// What the run is about, for `resume_file`.
struct RunIdentity {
    Shard shard;
    Sha256 inputs;
};

/// Fetches what `results` miss and puts what it gives in their place. `hub.tree` is opened anew.
/// `options.resume_file` is renewed after each batch, goes when everything is here, and is read
/// first: rows of the same run and the same bytes are taken from it. What git-lfs can't get stays
/// missing, and is an error among `diagnostics`.
void fetch_missing(HubFolder& hub, const GenerationPlan& plan, const GenerateOptions& generate,
                   const FetchOptions& options, const RunIdentity& run,
                   std::vector<RowResult>& results, Diagnostics& diagnostics,
                   const Streams& streams);

}  // namespace onnxhub
