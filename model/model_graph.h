// SPDX-License-Identifier: Apache-2.0
// Facts about a model's graph, read from its skeleton.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "manifest/entry.h"
#include "model/onnx_skeleton.h"
#include "model/shape_inference.h"

namespace onnxhub {

using OperatorCounts = std::map<std::string, std::uint64_t>;  ///< nodes by operator

/// Parameters of one element type.
struct Weights {
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;  ///< in memory; strings have only their elements

    bool operator==(const Weights&) const = default;
};

struct ModelGraph {
    std::int64_t ir_version = 0;
    std::map<std::string, std::int64_t> opsets;  ///< by domain; the default domain is ""
    std::string first_domain;                    ///< of `opsets`, in the order of the file
    std::string producer_name;
    std::string producer_version;
    std::string domain;
    std::int64_t model_version = 0;
    std::string graph_name;
    IoPorts ports;  ///< as docs/manifest.md specifies, with inferred shapes
    /// The requested tensors that the main graph has. Nothing when the shape is unknown.
    std::map<std::string, std::optional<Shape>> tensors;
    std::vector<std::string> absent_tensors;          ///< the other requested tensors
    std::uint64_t node_count = 0;                     ///< in subgraphs too
    std::map<std::string, OperatorCounts> operators;  ///< by domain; the default domain is ""
    std::uint64_t parameter_count = 0;                ///< elements of initializers and Constants
    std::map<std::string, Weights, std::less<>> weights;  ///< the same, by element type: "float"
    std::vector<std::string> external_locations;
    std::optional<InferenceFailure> inference_failure;
    bool has_invalid_names = false;  ///< names that are not UTF-8, written with U+FFFD
    bool is_cut_at_depth = false;
    /// One clause each, such as "the input \"x\" has no type". Number and length are bounded.
    std::vector<std::string> contradictions;
    std::vector<std::string> repeated_inputs;  ///< such as "the input \"x\" occurs twice"; bounded
    bool has_contradictory_ports = false;      ///< if so, `ports` are not usable
};

struct ModelOpset {
    std::string domain;  ///< the default domain is ""
    std::int64_t version = 0;
};

/// The opset of the default domain, else of the first domain that the model imports; nullopt: it
/// imports none.
std::optional<ModelOpset> main_opset(const ModelGraph& graph);

/// Nodes by "domain.op", or "op" of the default domain.
OperatorCounts op_counts(const ModelGraph& graph);

/// The name of a domain for people and documents: "ai.onnx" for the default one.
std::string domain_name(const std::string& domain);

/// Reads the graph. Runs `inference` (null: never) only when an output has a dimension without a
/// number or `tensors` is not empty. `tensors` are names of tensors inside the graph.
std::variant<ModelGraph, SkeletonError> read_model_graph(const ByteSource& source,
                                                         ShapeInference* inference,
                                                         const std::vector<std::string>& tensors);

/// A digest of the model without its weights, doc strings and metadata. It does not depend on the
/// values of initializers or where they are stored. Nothing when the source is not an ONNX model.
/// Throws UserError when the source can't be read.
std::optional<Sha256> digest_without_weights(const ByteSource& source);

}  // namespace onnxhub
