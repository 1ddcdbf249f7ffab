// SPDX-License-Identifier: Apache-2.0
// Fetches models and archives that are not available locally, checks them and deletes them again:
// in batches where the disk is small, and resumable.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "generator/scope.h"
#include "remote/peek.h"
#include "repository/fetch_observer.h"
#include "repository/hub_folder.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

/// A Git LFS pointer whose object is not available locally.
struct FileToFetch {
    std::string path;
    Sha256 oid;
    std::uint64_t size_bytes = 0;
};

/// The files of a model that are not available locally. They are checked together.
struct ModelToFetch {
    std::string model_path;
    std::vector<FileToFetch> files;
};

/// The models of all rows and entries in the part of the hub, sorted by path.
std::vector<ModelToFetch> models_to_fetch(const HubState& hub);

/// The models themselves among the files.
std::vector<PeekTarget> models_to_peek(const std::vector<ModelToFetch>& models);

/// All their files, sorted.
std::vector<std::string> paths_of(const std::vector<ModelToFetch>& models);

struct SweepOptions {
    Scope part;  ///< of the hub
    std::optional<std::uint64_t> max_disk_bytes;
    std::optional<std::string> resume_file;
    Sha256 run;  ///< differs between runs that may find something else
};

struct Swept {
    FindingList findings;
    std::set<std::string> models;       ///< checked: all that fit on the disk
    std::vector<std::string> problems;  ///< messages of git-lfs when it failed
};

/// `check` runs the rules over a part of the hub whose files are available while it runs.
Swept sweep(const HubFolder& hub, const std::vector<ModelToFetch>& models,
            const SweepOptions& options, const std::function<FindingList(Scope)>& check,
            FetchObserver& observer);

}  // namespace onnxhub
