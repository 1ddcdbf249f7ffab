// SPDX-License-Identifier: Apache-2.0
// What a change does to the models of a hub: for reviewers, to whom git shows two binaries.
#pragma once

#include "diff/hub_side.h"
#include "diff/model_change.h"
#include "generator/content_table.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct DiffOptions {
    ShapeInference* inference = nullptr;  ///< null: declared shapes only
    ContentObserver* observer = nullptr;
    unsigned jobs = 0;
};

/// Compares all .onnx files of both sides, whatever their names, and all models their tables list.
/// What is there and can't be read or described is a change whose note says why, unless git holds
/// the same. Only models that the
/// change touches are read: their file, row, archive or external data differ. Where bytes are not
/// here, Git LFS pointers, tables and manifests give what they can.
ModelDiff compare_models(const HubSide& before, const HubSide& after, const DiffOptions& options);

}  // namespace onnxhub
