// SPDX-License-Identifier: Apache-2.0
// What a comparison of two trees finds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace onnxhub {

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

}  // namespace onnxhub
