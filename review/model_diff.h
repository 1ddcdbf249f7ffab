// SPDX-License-Identifier: Apache-2.0
// What a change does to the models of a hub: for reviewers, to whom git shows two binaries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "generator/content_table.h"
#include "generator/settings.h"
#include "generator/shape_inference.h"
#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

/// A hub at one moment.
struct HubSide {
    const Tree& tree;
    const Settings& settings;
    const ManifestDocument* manifest = nullptr;  ///< knows ports of models whose bytes are not here
};

/// One thing about a model that is another now, as text for people.
struct FieldChange {
    std::string field;   ///< "opset", "input data", "operator Conv", "external file weights.bin"
    std::string before;  ///< empty: it was not there
    std::string after;   ///< empty: it is gone

    bool operator==(const FieldChange&) const = default;
};

struct ModelChange {
    enum class Kind {
        added,
        removed,
        changed,
        moved,      ///< the same bytes at another path
        identical,  ///< git holds it in another form, such as by Git LFS, with the same bytes
    };
    Kind kind = Kind::changed;
    std::string path;                 ///< where it is now; of removed ones, where it was
    std::string old_path;             ///< of moved ones
    std::vector<FieldChange> fields;  ///< of added and removed ones what they are and were
    std::string note;                 ///< what could not be compared, and why; may be empty

    bool operator==(const ModelChange&) const = default;
};

struct ModelDiff {
    std::vector<ModelChange> models;  ///< sorted by path
    std::size_t unchanged = 0;        ///< models that are the same on both sides

    bool operator==(const ModelDiff&) const = default;
};

struct DiffOptions {
    ShapeInference* inference = nullptr;  ///< null: declared shapes only
    ContentObserver* observer = nullptr;
    unsigned jobs = 0;
};

/// Compares all .onnx files of both sides and all models their tables list. Only models that the
/// change touches are read: their file, row, archive or external data differ. Where bytes are not
/// here, Git LFS pointers, tables and manifests give what they can.
ModelDiff compare_models(const HubSide& before, const HubSide& after, const DiffOptions& options);

}  // namespace onnxhub
