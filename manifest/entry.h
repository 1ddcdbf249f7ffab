// SPDX-License-Identifier: Apache-2.0
// One entry of ONNX_HUB_MANIFEST.json: the description of one model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/boxed.h"
#include "base/digest.h"
#include "base/sparse.h"
#include "manifest/json.h"

namespace onnxhub {

/// A dimension as the graph declares it: unknown, a number (`dim_value`) or a name (`dim_param`).
using Dimension = std::variant<std::monostate, std::int64_t, std::string>;
using Shape = std::vector<Dimension>;

/// An input or output of a model. `type` is spelled as ONNX Runtime does: "tensor(float)".
struct Port {
    std::string name;
    Shape shape;  ///< empty for scalars, for tensors without a shape and for all other types
    std::string type;

    bool operator==(const Port&) const = default;
};

struct IoPorts {
    std::vector<Port> inputs;
    std::vector<Port> outputs;

    bool operator==(const IoPorts&) const = default;
};

/// A tensor inside the graph that users tap for embeddings: `extra_ports.features`.
struct FeaturePort {
    std::string name;
    Shape shape;

    bool operator==(const FeaturePort&) const = default;
};

/// Digest and size of one file, as the manifest states them.
struct StatedContent {
    std::optional<Sha256> sha;
    std::optional<std::uint64_t> size_bytes;

    bool operator==(const StatedContent&) const = default;
};

/// A side file with weights of a model (ONNX external data), `metadata.external_data`.
struct ExternalDataFile {
    std::string path;  ///< from the hub's root
    Sha256 sha;
    std::uint64_t size_bytes = 0;

    bool operator==(const ExternalDataFile&) const = default;
};

/// Facts about a model that no reader needs to load it. Absent: unknown.
struct ModelFacts {
    Boxed<std::string> license;  ///< SPDX id, or "LicenseRef-…"
    Boxed<std::string> author;
    Boxed<std::string> task;
    Boxed<std::string> description;
    std::optional<std::uint64_t> parameters;  ///< number of them

    bool operator==(const ModelFacts&) const = default;
};

/// Typed view of an entry. A hub lists a model once per opset, so the name alone is not a unique
/// key.
struct Entry {
    std::string model;
    std::string model_path;    ///< as written; not yet checked to be safe
    std::string onnx_version;  ///< "1.9" stays "1.9"
    std::int64_t opset_version = 0;
    StatedContent content;  ///< model_sha, model_bytes
    std::vector<std::string> tags;
    Boxed<IoPorts> io_ports;
    Boxed<std::vector<FeaturePort>> extra_ports;
    Boxed<std::string> archive_path;  ///< model_with_data_path
    Sparse<StatedContent> archive;    ///< model_with_data_sha, model_with_data_bytes
    std::vector<ExternalDataFile> external_data;
    std::vector<std::string> sources;  ///< URLs of the model file; untrusted
    Sparse<ModelFacts> about;
    /// metadata.opsets: version by domain, "ai.onnx" for the default one. Empty: not written.
    Sparse<std::map<std::string, std::int64_t>> opsets;

    bool operator==(const Entry&) const = default;
};

/// Why an entry cannot be used, with its line in the document: "model_sha is not 64 lower-case
/// hexadecimal digits".
struct EntryProblem {
    int line = 0;
    std::string message;
    // What could be read of the entry's name. Unreadable parts are "" and 0.
    std::string model = {};
    std::string model_path = {};
    std::int64_t opset_version = 0;
};

/// Every known key must have its type. Unknown keys are ignored here; merge_entry() keeps them.
/// Required: model (not empty), model_path, onnx_version, opset_version (not negative), metadata.
/// All keys of metadata are optional, but archive_path and its SHA-256 only occur together.
/// `sources`, `opsets` and the keys of ModelFacts are additions of this project. Teams may use such
/// names for values of their own, so one with another type counts as an unknown key.
std::variant<Entry, EntryProblem> parse_entry(const JsonValue& json);

/// Size of the model with its external data, which are loaded together; nullopt when the entry does
/// not state the model's size.
std::optional<std::uint64_t> stated_bytes(const Entry& entry);

/// The entry as JSON, with keys in the order of the format. Keys without a value are left out.
JsonValue to_json(const Entry& entry);

/// Appends entry_text(to_json(entry)) without making the values.
void append_entry_text(const Entry& entry, std::string& text);

/// Returns `fresh` (from to_json) with all keys of `previous` that the format does not define. Each
/// keeps its position after the same known key. Ports and external files with the same name keep
/// their unknown keys too. `sources`, `opsets` and the keys of ModelFacts are kept when `fresh`
/// lacks them, and when they have another type. `opsets` of a model with another digest are not
/// kept.
JsonValue merge_entry(const JsonValue& previous, const JsonValue& fresh);

/// The entry with other paths of the model, its archive and its external data: old → new. Other
/// members are unchanged.
JsonValue with_moved_paths(JsonValue entry, const std::map<std::string, std::string>& paths);

}  // namespace onnxhub
