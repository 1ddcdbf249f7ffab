// SPDX-License-Identifier: Apache-2.0
// `validate --fetch --drop`: models and archives that are not here are got, checked and dropped,
// some at a time where the disk is small; what was found is kept in a file to go on from.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "cli/command.h"
#include "cli/hub_folder.h"
#include "generator/scope.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// A Git LFS pointer whose object is not here.
struct FileToFetch {
    std::string path;
    Sha256 oid;
    std::uint64_t size_bytes = 0;
};

/// A model and what belongs to it, as far as it is not here: checked together.
struct ModelToFetch {
    std::string model_path;
    std::vector<FileToFetch> files;
};

/// Of all rows in the hub's part, by path of the model.
std::vector<ModelToFetch> models_to_fetch(const HubState& hub);

/// What git-lfs is to get, by path.
std::vector<std::string> paths_of(const std::vector<ModelToFetch>& models);

struct SweepOptions {
    std::optional<std::string> revision;
    Scope part;  ///< of the hub
    std::optional<std::uint64_t> max_disk_bytes;
    std::optional<std::string> resume_file;
    Sha256 run;  ///< the same for runs that would find the same
};

struct Swept {
    FindingList findings;
    std::set<std::string> models;       ///< that were checked: all but those larger than the disk
    std::vector<std::string> troubles;  ///< what git-lfs said when it failed
};

/// `check` runs the rules over a part of the hub whose bytes are here at that time.
Swept sweep(const HubFolder& hub, const std::vector<ModelToFetch>& models,
            const SweepOptions& options, const std::function<FindingList(Scope)>& check,
            const Streams& streams);

}  // namespace onnxhub
