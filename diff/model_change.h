// SPDX-License-Identifier: Apache-2.0
// What a comparison of two trees finds.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

namespace onnxhub {

/// One changed property of a model, as text for people.
struct FieldChange {
    std::string field;   ///< "opset", "input data", "operator Conv", "external file weights.bin"
    std::string before;  ///< empty: did not exist; "unknown": not available
    std::string after;   ///< empty: no longer exists; "unknown": not available

    auto operator<=>(const FieldChange&) const = default;
};

struct ModelChange {
    enum class Kind {
        added,
        removed,
        changed,
        moved,      ///< the same content at another path
        identical,  ///< the same content, stored by git in another form such as Git LFS
    };
    Kind kind = Kind::changed;
    std::string path;                 ///< the current path; for removed models, the old path
    std::string old_path;             ///< only for moved models
    std::vector<FieldChange> fields;  ///< for added and removed models, all properties
    std::string note;  ///< what was not compared and why, or what is the same; may be empty

    bool operator==(const ModelChange&) const = default;
};

struct ModelDiff {
    std::vector<ModelChange> models;  ///< sorted by path
    std::size_t unchanged = 0;       ///< number of models that are certainly the same on both sides
    std::vector<std::string> notes;  ///< clauses: which parts of the hub were not compared, and why

    bool operator==(const ModelDiff&) const = default;
};

}  // namespace onnxhub
