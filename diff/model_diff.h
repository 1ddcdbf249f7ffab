// SPDX-License-Identifier: Apache-2.0
// What a change does to the models of a hub: for reviewers, to whom git shows two binaries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "generator/content_table.h"
#include "generator/settings.h"
#include "manifest/manifest.h"
#include "model/shape_inference.h"
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
    std::string before;  ///< empty: it was not there; "unknown": its bytes are not here
    std::string after;   ///< empty: it is gone; "unknown" likewise

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
    std::string note;  ///< what could not be compared and why, or what is the same; may be empty

    bool operator==(const ModelChange&) const = default;
};

struct ModelDiff {
    std::vector<ModelChange> models;  ///< sorted by path
    std::size_t unchanged = 0;        ///< models that are proven to be the same on both sides
    std::vector<std::string> notes;   ///< what of the hub was not compared, and why: clauses

    bool operator==(const ModelDiff&) const = default;
};

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
