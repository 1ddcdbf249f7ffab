// SPDX-License-Identifier: Apache-2.0
// Describes what a change does to the models of a hub, for reviewers: git shows only two binaries.
#pragma once

#include <functional>
#include <vector>

#include "diff/hub_side.h"
#include "diff/model_change.h"
#include "generator/content_table.h"
#include "model/shape_inference.h"
#include "remote/peek.h"

namespace onnxhub {

struct DiffOptions {
    ShapeInference* inference = nullptr;  ///< null: declared shapes only
    ContentObserver* observer = nullptr;
    unsigned jobs = 0;
    /// Reads graphs of models that are not downloaded from servers, and keeps what it returns as
    /// long as the comparison lasts. May be empty.
    std::function<const PeekedGraphs*(const std::vector<PeekTarget>&)> peek = {};
};

/// Compares all .onnx files of both sides, with any name, and all models in their tables. A model
/// that cannot be read or described is a change with a note, unless git has the same blob. Reads
/// only models that the change touches: their file, row, archive or external data differs. For
/// models that are not downloaded, Git LFS pointers, tables and manifests are the sources.
ModelDiff compare_models(const HubSide& before, const HubSide& after, const DiffOptions& options);

}  // namespace onnxhub
